"""SNS and SQS as strict and as careless as AWS: a layer before the emulator, which is milder and more orderly.

Refused as AWS refuses it: text that XML cannot carry, a message or a batch over 256 KiB as encoded, a change of
visibility by a receipt that a later delivery has replaced. A delete by such a receipt succeeds and deletes nothing.
Done as AWS may do it, by a seed: a receive whose answer never arrives, a message delivered twice, a batch out of order.
"""

import json
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web

MAX_BYTES = 262_144
NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
HOP_HEADERS = {"host", "content-length", "transfer-encoding", "connection", "content-encoding"}
Fields = dict[str, Any]


@dataclass
class Carelessness:
    """The share of messages, from 0 to 1, that each mishap befalls."""

    lost: float = 0.0
    """Received, but the answer never arrives: it stays hidden for its visibility timeout."""
    doubled: float = 0.0
    """Visible to others at once, at its first delivery only: each one counts towards the dead-letter queue."""
    reordered: bool = False


@dataclass
class StrictAws:
    endpoint: str
    session: aiohttp.ClientSession
    dice: random.Random
    carelessness: Carelessness = field(default_factory=Carelessness)
    port: int = 0
    _replaced: set[str] = field(default_factory=set)
    _latest: dict[str, str] = field(default_factory=dict)

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        action = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if "AmazonSQS" in request.headers.get("X-Amz-Target", ""):
            return await self._sqs(action, json.loads(body), request)
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        if form.get("Action") in ("Publish", "PublishBatch"):
            refused = _refused([value for name, value in form.items() if re.search(r"(^|\.)Message$", name)])
            if refused:
                return _sns_error(refused)
        return await self._forward(request, body)

    async def _sqs(self, action: str, fields: Fields, request: web.Request) -> web.Response:
        match action:
            case "SendMessage" | "SendMessageBatch":
                bodies = [entry["MessageBody"] for entry in fields.get("Entries", [fields])]
                refused = _refused(bodies)
                if refused:
                    return _sqs_error(refused)
            case "ReceiveMessage":
                return await self._receive(fields, request)
            case "DeleteMessageBatch" | "ChangeMessageVisibilityBatch":
                return await self._change(action, fields, request)
        return await self._forward(request, json.dumps(fields).encode())

    async def _receive(self, fields: Fields, request: web.Request) -> web.Response:
        answer = await self._ask(request, fields)
        messages: list[Fields] = answer.get("Messages", [])
        first_time = {message["MessageId"] for message in messages} - self._latest.keys()
        for message in messages:
            before = self._latest.get(message["MessageId"])
            if before is not None:
                self._replaced.add(before)
            self._latest[message["MessageId"]] = message["ReceiptHandle"]
        if self.carelessness.reordered:
            self.dice.shuffle(messages)
        arrived = [message for message in messages if self.dice.random() >= self.carelessness.lost]
        for message in arrived:
            if message["MessageId"] in first_time and self.dice.random() < self.carelessness.doubled:
                await self._show_at_once(fields["QueueUrl"], message["ReceiptHandle"], request)
        return web.json_response({"Messages": arrived} if arrived else {})

    async def _show_at_once(self, queue_url: str, handle: str, request: web.Request) -> None:
        change = {"QueueUrl": queue_url, "ReceiptHandle": handle, "VisibilityTimeout": 0}
        await self._ask(request, change, action="ChangeMessageVisibility")

    async def _change(self, action: str, fields: Fields, request: web.Request) -> web.Response:
        stale = [entry for entry in fields["Entries"] if entry["ReceiptHandle"] in self._replaced]
        current = [entry for entry in fields["Entries"] if entry not in stale]
        answer: Fields = {"Successful": [], "Failed": []}
        if current:
            answer |= await self._ask(request, fields | {"Entries": current})
        if action == "DeleteMessageBatch":
            answer["Successful"] = [*answer.get("Successful", []), *({"Id": entry["Id"]} for entry in stale)]
        else:
            code = {"Code": "InvalidParameterValue", "SenderFault": True, "Message": "The receipt handle has expired"}
            answer["Failed"] = [*answer.get("Failed", []), *({"Id": entry["Id"]} | code for entry in stale)]
        return web.json_response(answer)

    async def _ask(self, request: web.Request, fields: Fields, *, action: str | None = None) -> Fields:
        headers = _headers(request) | ({"X-Amz-Target": f"AmazonSQS.{action}"} if action else {})
        url = self.endpoint + request.path_qs
        async with self.session.post(url, data=json.dumps(fields).encode(), headers=headers) as answer:
            found: Fields = await answer.json(content_type=None)
            return found

    async def _forward(self, request: web.Request, body: bytes) -> web.Response:
        url = self.endpoint + request.path_qs
        async with self.session.request(request.method, url, data=body, headers=_headers(request)) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP_HEADERS}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)


def _headers(request: web.Request) -> dict[str, str]:
    return {name: value for name, value in request.headers.items() if name.lower() not in HOP_HEADERS}


def _refused(bodies: list[str]) -> str | None:
    if any(NO_XML.search(body) for body in bodies):
        return "InvalidMessageContents"
    if sum(len(body.encode()) for body in bodies) > MAX_BYTES:
        return "InvalidParameterValue" if len(bodies) == 1 else "BatchRequestTooLong"
    return None


def _sqs_error(code: str) -> web.Response:
    return web.json_response({"__type": f"com.amazonaws.sqs#{code}", "message": code}, status=400)


def _sns_error(code: str) -> web.Response:
    code = "BatchRequestTooLong" if code == "BatchRequestTooLong" else "InvalidParameter"
    text = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code></Error></ErrorResponse>"
    return web.Response(status=400, text=text, content_type="text/xml")


@asynccontextmanager
async def strict_aws(endpoint: str, *, seed: int) -> AsyncIterator[StrictAws]:
    async with aiohttp.ClientSession() as session:
        strict = StrictAws(endpoint, session, random.Random(seed))  # noqa: S311 - repeatable, no secret
        app = web.Application(client_max_size=4 * MAX_BYTES)
        app.router.add_route("*", "/{path:.*}", strict.handle)
        runner = web.AppRunner(app, handler_cancellation=True)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            strict.port = runner.addresses[0][1]
            yield strict
        finally:
            await runner.cleanup()
