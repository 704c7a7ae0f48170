"""Correction: SQS answers success to a delete of what is already gone; the emulator calls its handle invalid."""

from typing import Any

from ministack.services import sqs

from runtime.local.emulator.journal import Journal

GONE = "ReceiptHandleIsInvalid"


def forgive_repeated_deletes(journal: Journal) -> None:
    delete = sqs._HANDLERS["DeleteMessage"]  # noqa: SLF001
    delete_batch = sqs._HANDLERS["DeleteMessageBatch"]  # noqa: SLF001

    def forgiving_delete(request: dict[str, Any], queue_url: str) -> dict[str, Any]:
        journal.deleting(request.get("QueueUrl", queue_url), {request.get("ReceiptHandle")})
        try:
            answer: dict[str, Any] = delete(request, queue_url)
        except sqs._Err as error:  # noqa: SLF001
            if error.code != GONE:
                raise
            return {}
        return answer

    def forgiving_delete_batch(request: dict[str, Any], queue_url: str) -> dict[str, Any]:
        handles = {entry.get("ReceiptHandle") for entry in request.get("Entries", ())}
        journal.deleting(request.get("QueueUrl", queue_url), handles)
        answer = delete_batch(request, queue_url)
        gone = [entry for entry in answer["Failed"] if entry["Code"] == GONE]
        return {
            "Successful": answer["Successful"] + [{"Id": entry["Id"]} for entry in gone],
            "Failed": [entry for entry in answer["Failed"] if entry not in gone],
        }

    sqs._HANDLERS["DeleteMessage"] = forgiving_delete  # noqa: SLF001
    sqs._HANDLERS["DeleteMessageBatch"] = forgiving_delete_batch  # noqa: SLF001
