"""Gateways for text messages, app notifications and e-mail. A gateway without address is absent.

Text messages and notifications are sent once for a request id. E-mail knows no such id: after a
silence the same message goes out again under the same Message-ID, by which mail programs tell
that it is the same.
"""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from typing import Literal
from uuid import UUID

from django.conf import settings

from repact.server.connectors import http
from repact.server.connectors.errors import ConnectorError

Channel = Literal["sms", "push", "email"]
CHANNELS: tuple[Channel, ...] = ("sms", "push", "email")
_SECONDS = 5


def configured() -> tuple[Channel, ...]:
    """The channels that have a gateway."""
    addresses = {
        "sms": settings.REPACT_SMS_URL,
        "push": settings.REPACT_PUSH_URL,
        "email": settings.REPACT_SMTP_HOST,
    }
    return tuple(channel for channel in CHANNELS if addresses[channel])


def send(*, channel: Channel, request_id: UUID, to: str, title: str, text: str) -> None:
    """Hand one message to its gateway.

    Raises ConnectorError `connectors.unreachable` (send the same again) or `connectors.refused`
    (this address takes no message).
    """
    if channel == "email":
        _mail(request_id, to, title, text)
        return
    sms = channel == "sms"
    url = settings.REPACT_SMS_URL if sms else settings.REPACT_PUSH_URL
    key = settings.REPACT_SMS_KEY if sms else settings.REPACT_PUSH_KEY
    body = {"request_id": str(request_id), "to": to, "title": title, "text": text}
    http.expect(http.call("POST", f"{url}/api/{channel}", key=key, body=body), 202)


def _mail(request_id: UUID, to: str, title: str, text: str) -> None:
    message = EmailMessage()
    message["From"], message["To"] = settings.REPACT_MAIL_FROM, to
    message["Subject"] = title
    message["Message-ID"] = f"<{request_id}@{settings.REPACT_MAIL_FROM.partition('@')[2]}>"
    message.set_content(text)
    try:
        with smtplib.SMTP(
            settings.REPACT_SMTP_HOST, settings.REPACT_SMTP_PORT, timeout=_SECONDS
        ) as server:
            if settings.REPACT_SMTP_STARTTLS:
                server.starttls()
            if settings.REPACT_SMTP_USER:
                server.login(settings.REPACT_SMTP_USER, settings.REPACT_SMTP_PASSWORD)
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        (code, _), *_ = error.recipients.values()
        if code < 500:
            raise ConnectorError("connectors.unreachable") from error
        raise ConnectorError("connectors.refused", status=code) from error
    except smtplib.SMTPResponseException as error:
        if error.smtp_code < 500:
            raise ConnectorError("connectors.unreachable") from error
        raise ConnectorError("connectors.refused", status=error.smtp_code) from error
    except (smtplib.SMTPException, OSError) as error:
        raise ConnectorError("connectors.unreachable") from error
