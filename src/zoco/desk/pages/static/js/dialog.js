// Links that name a dialog open it here; without script they load the page with the dialog open.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (!dialog || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    dialog.showModal();
    return;
  }
  const closer = event.target.closest("[data-close]");
  const dialog = closer?.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  dialog.close();
});

// A dialog that the address asked for becomes a modal one.
for (const dialog of document.querySelectorAll("dialog[open]")) {
  dialog.close();
  dialog.showModal();
}

// The marketplace has to be asked: say so, and do not ask twice.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.dataset.sending) return;
  button.setAttribute("aria-busy", "true");
  button.textContent = button.dataset.sending;
  setTimeout(() => (button.disabled = true));
});
