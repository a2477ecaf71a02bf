"""Files for messages: uploaded and fetched (contract 16)."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from zoco.api.endpoint import Access, Answer, AnyEndpoint, Call, Endpoint, NoBody
from zoco.api.parameters import AttachmentPath, AttachmentUpload
from zoco.api.problems import INVALID_MESSAGE, TurnedAway
from zoco.database.transaction import Transaction
from zoco.domain.attachments import SIZE_MAX
from zoco.domain.refusals import Reason, Refused
from zoco.domain.sites import SITES
from zoco.marketplace import attachments
from zoco.resources.message import AttachmentKey

# A form around a file of the largest size: its headers and its boundaries.
_FORM_BYTES_MAX = SIZE_MAX + 64 * 1024


async def upload_attachment(call: Call[AttachmentUpload, NoBody]) -> Answer:
    _check_site(call.parameters.site_id)
    filename, content = await _file(call)
    made = await call.server.database.write(
        lambda tx: attachments.upload(
            tx,
            call.caller,
            site_id=call.parameters.site_id,
            filename=filename,
            content=content,
            now=call.now,
        )
    )
    return Answer(AttachmentKey(id=made.id))


async def read_attachment(tx: Transaction, call: Call[AttachmentPath, NoBody]) -> Answer:
    if call.parameters.site_id is not None:
        _check_site(call.parameters.site_id)
    found, content = await attachments.content(tx, call.caller, call.parameters.attachment_id)
    # Never shown inside a page of this origin, whatever is in it.
    headers = {"content-disposition": f'attachment; filename="{found.id}"'}
    return Answer(content, headers=headers, content_type=found.kind.content_type)


async def _file(call: Call[AttachmentUpload, NoBody]) -> tuple[str, bytes]:
    """Name and content of the one file of a form; what is large waits on disk while it comes in."""
    if call.upload is None:
        raise TurnedAway(INVALID_MESSAGE, "A form with a file is required", field="file")
    parser = MultiPartParser(Headers(call.headers), _bounded(call.upload), max_files=1, max_fields=10)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:
        raise TurnedAway(INVALID_MESSAGE, "The form cannot be read", field="file") from error
    sent = form.get("file")
    if not isinstance(sent, UploadFile):
        await form.close()
        raise TurnedAway(INVALID_MESSAGE, "A form with a file is required", field="file")
    content = await sent.read(SIZE_MAX + 1)
    await form.close()
    return sent.filename or "", content


async def _bounded(chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > _FORM_BYTES_MAX:
            raise Refused(Reason.ATTACHMENT_TOO_LARGE, field="file")
        yield chunk


def _check_site(site_id: str) -> None:
    if not site_id:
        raise TurnedAway(INVALID_MESSAGE, "The queryparam 'site_id' is required", field="site_id")
    if site_id not in SITES:
        raise TurnedAway(
            INVALID_MESSAGE, f"Invalid site_id: '{site_id}' is not a recognized site", field="site_id"
        )


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        "POST",
        "/messages/attachments",
        own_pace=upload_attachment,
        access=Access.USER,
        parameters=AttachmentUpload,
        takes_upload=True,
        malformed_repeated=True,
        answer=AttachmentKey,
        status=201,
        summary="Upload a file that a message is going to take along within 48 hours",
        refusals=(
            Reason.ATTACHMENT_EMPTY,
            Reason.ATTACHMENT_TOO_LARGE,
            Reason.ATTACHMENT_NAME_INVALID,
            Reason.ATTACHMENT_NAME_TOO_LONG,
            Reason.TOO_MANY_ATTACHMENTS,
            Reason.ATTACHMENT_KIND_UNKNOWN,
        ),
    ),
    Endpoint(
        "GET",
        "/messages/attachments/{attachment_id}",
        read_attachment,
        access=Access.USER,
        parameters=AttachmentPath,
        malformed_repeated=True,
        answer=bytes,
        summary="A file, for who uploaded it and who received it",
        refusals=(Reason.ATTACHMENT_NOT_FOUND,),
    ),
)
