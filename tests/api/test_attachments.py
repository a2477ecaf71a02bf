"""Files for messages over HTTP: uploaded, sent, fetched, and every refusal."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.asgi import Reply
from tests.api.conftest import Market, Person

PNG = b"\x89PNG\r\n\x1a\n" + bytes(2_000_000)
UPLOAD = "/messages/attachments?tag=post_sale&site_id=MLB"


def _form(content: bytes, *, filename: str = "foto.png", name: str = "file") -> bytes:
    head = f'--edge\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n\r\n'
    return head.encode() + content + b"\r\n--edge--\r\n"


async def _upload(market: Market, person: Person, body: bytes, path: str = UPLOAD) -> Reply:
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    return await market.client.post(path, body, token=person.token, headers=headers)


async def _sold(market: Market) -> tuple[Person, Person, str]:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    order = await market.order(buyer, (await market.vehicle(seller))["id"])
    await market.pay(buyer, order["id"])
    return seller, buyer, f"/messages/packs/{order['id']}/sellers/{seller.id}"


def _message(sender: Person, receiver: Person, *keys: str) -> dict[str, Any]:
    return {
        "from": {"user_id": sender.id},
        "to": {"user_id": receiver.id},
        "text": "Mire",
        "attachments": list(keys),
    }


async def test_a_file_goes_from_one_party_to_the_other(market: Market) -> None:
    seller, buyer, path = await _sold(market)
    stranger = await market.person("CURIOSA")

    uploaded = await _upload(market, seller, _form(PNG))

    assert uploaded.status == 201
    key = uploaded.json["id"]
    assert uploaded.json == {"id": key}
    assert key.startswith(f"{seller.id}_")
    assert key.endswith(".png")
    written = await market.client.post(path, _message(seller, buyer, key), token=seller.token)
    shown = [
        {
            "filename": key,
            "original_filename": "foto.png",
            "type": "image/png",
            "size": len(PNG),
            "potential_security_threat": False,
            "creation_date": "2026-03-02T12:00:00.000Z",
        }
    ]
    assert written.json["message_attachments"] == shown
    read = await market.client.get(path, token=buyer.token)
    assert read.json["messages"][0]["message_attachments"] == shown
    letters = await market.client.get(
        path.replace("packs", "orders").partition("/sellers")[0], token=buyer.token
    )
    assert letters.json["results"][0]["attachments"] == shown

    fetched = await market.client.get(f"/messages/attachments/{key}?site_id=MLB", token=buyer.token)

    assert (fetched.status, fetched.body) == (200, PNG)
    assert fetched.headers["content-type"] == "image/png"
    assert fetched.headers["content-disposition"] == f'attachment; filename="{key}"'
    assert (fetched.headers["cache-control"], fetched.headers["x-content-type-options"]) == (
        "no-store",
        "nosniff",
    )
    wrapped = await market.client.get(f"/messages/attachments/{key}?callback=show", token=buyer.token)
    assert wrapped.body == PNG
    refused = await market.client.get(f"/messages/attachments/{key}", token=stranger.token)
    assert refused.refusal == (404, "not_found")


async def test_a_file_that_is_not_there_cannot_be_sent(market: Market) -> None:
    seller, buyer, path = await _sold(market)
    uploaded = await _upload(market, buyer, _form(b"Hola", filename="hola.txt"))

    for keys in (["1_a.jpg"], [uploaded.json["id"]]):
        refused = await market.client.post(path, _message(seller, buyer, *keys), token=seller.token)
        assert refused.refusal == (422, "unprocessable_entity")
        assert refused.json["code"] == "unprocessable_entity"
    many = await market.client.post(path, _message(seller, buyer, *["1_a.jpg"] * 26), token=seller.token)
    assert many.refusal == (400, "bad_request")
    assert (await market.client.get(path, token=buyer.token)).json["paging"]["total"] == 0


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (_form(b""), "File attached is empty"),
        (_form(bytes(25 * 1024 * 1024 + 1)), "File attachment is bigger than 25 Mb."),
        (_form(bytes(26 * 1024 * 1024)), "File attachment is bigger than 25 Mb."),
        (_form(b"Hola", filename="a/b.txt"), "File name cannot include characters like /, \\"),
        (_form(b"Hola", filename="x" * 201), "The original_filename exceeded 200 character limit"),
        (_form(b"GIF89a\x00"), "The file is no JPG, PNG, PDF or TXT"),
        (_form(b"Hola", name="photo"), "A form with a file is required"),
        (_form(b"Hola").removesuffix(b"--\r\n") + b"\r\n" + _form(b"Hola")[8:], "The form cannot be read"),
        (b"nonsense", "The form cannot be read"),
        (b"", "A form with a file is required"),
    ],
    ids=[
        "empty",
        "too large",
        "far too large",
        "path",
        "long name",
        "gif",
        "other field",
        "two",
        "broken",
        "none",
    ],
)
async def test_refusals_of_an_upload(market: Market, body: bytes, message: str) -> None:
    person = await market.person("VENDEDORA")

    refused = await _upload(market, person, body)

    assert refused.refusal == (400, "bad_request")
    assert (refused.json["message"].partition(":")[0], refused.json["code"]) == (message, "bad_request")


async def test_an_upload_needs_a_form_and_a_site(market: Market) -> None:
    person = await market.person("VENDEDORA")

    for path, message in (
        ("/messages/attachments", "The queryparam 'site_id' is required"),
        ("/messages/attachments?site_id=XYZ", "Invalid site_id: 'XYZ' is not a recognized site"),
    ):
        refused = await _upload(market, person, _form(b"Hola"), path)
        assert refused.refusal == (400, "bad_request")
        assert refused.json["message"] == message
    unbounded = await market.client.post(
        UPLOAD, _form(b"Hola"), token=person.token, headers={"Content-Type": "multipart/form-data"}
    )
    assert unbounded.json["message"].startswith("The form cannot be read")
    plain = await market.client.post(UPLOAD, {"file": "Hola"}, token=person.token)
    assert plain.json["message"] == "A form with a file is required"
    wrong = await market.client.get("/messages/attachments/1_a.png?site_id=XYZ", token=person.token)
    assert wrong.refusal == (400, "bad_request")
    missing = await market.client.get("/messages/attachments/1_a.png", token=person.token)
    assert (missing.refusal, missing.json["code"]) == ((404, "not_found"), "not_found")


async def test_only_uploads_may_be_large_and_only_of_who_may_call(market: Market) -> None:
    person = await market.person("VENDEDORA")
    half = await market.token(person.id, scopes=["read"])
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    large = _form(PNG)

    elsewhere = await market.client.post("/questions", large, token=person.token, headers=headers)
    assert elsewhere.refusal == (413, "body_too_large")
    refused = await market.client.post(UPLOAD, large, headers=headers)
    assert refused.refusal == (401, "unauthorized")
    refused = await market.client.post(UPLOAD, large, token=half, headers=headers)
    assert refused.refusal == (403, "Invalid scopes")
    refused = await market.client.get("/messages/attachments/1_a.png")
    assert refused.refusal == (401, "unauthorized")
