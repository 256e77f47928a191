"""A gRPC client in Python from generated stubs: what a backend team would write.

    python client.py ADDRESS [CERTIFICATES KEY]

With a file of certificates to trust, and a caller's key, it speaks TLS.
It prints one line a check, "ok NAME" or "not ok NAME: why".
"""

import struct
import sys

import grpc
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from spillway.v1 import attempt_pb2, chat_pb2, generate_pb2, image_pb2
from spillway.v1 import gateway_service_pb2 as service_pb2
from spillway.v1 import gateway_service_pb2_grpc as service_grpc

options = [("grpc.max_receive_message_length", 64 << 20)]
if len(sys.argv) > 3:
    with open(sys.argv[2], "rb") as certificates:
        trusted = grpc.ssl_channel_credentials(certificates.read())
    secured = grpc.composite_channel_credentials(trusted, grpc.access_token_call_credentials(sys.argv[3]))
    channel = grpc.secure_channel(sys.argv[1], secured, options=options)
    manner = "python over TLS"
else:
    channel = grpc.insecure_channel(sys.argv[1], options=options)
    manner = "python"
stub = service_grpc.GatewayServiceStub(channel)
failed = False


def check(name, run):
    global failed
    try:
        run()
        print(f"ok {manner} {name}")
    except Exception as problem:  # noqa: BLE001 - a check reports whatever went wrong
        failed = True
        print(f"not ok {manner} {name}: {problem!r}".replace("\n", " "))


def image_request(model, **more):
    return generate_pb2.GenerateRequest(
        model=model,
        text_to_image=image_pb2.TextToImage(
            prompt="a python in a paper boat",
            options=image_pb2.ImageOptions(
                format=image_pb2.IMAGE_FORMAT_PNG, delivery=image_pb2.DELIVERY_BYTES
            ),
        ),
        **more,
    )


def gets_an_image():
    response = stub.Generate(image_request("gpt-image-2"), timeout=120)
    image = response.images.images[0]
    assert image.data.startswith(b"\x89PNG"), image.data[:8]
    assert struct.unpack(">II", image.data[16:24]) == (image.width, image.height)
    assert response.sandbox


def streams_a_chat():
    chat = chat_pb2.Chat(
        messages=[
            chat_pb2.ChatMessage(
                role=chat_pb2.ROLE_USER, parts=[chat_pb2.ChatPart(text="Say something about boats.")]
            )
        ]
    )
    request = service_pb2_request(generate_pb2.GenerateRequest(model="google/gemini-3-flash-preview", chat=chat))
    text, completed = "", None
    for message in stub.StreamGenerate(request, timeout=120):
        kind = message.WhichOneof("event")
        if kind == "text_delta":
            text += message.text_delta.text
        elif kind == "completed":
            completed = message.completed
    assert completed is not None and completed.chat.text == text and text, text


def service_pb2_request(generate):
    return generate_pb2.StreamGenerateRequest(generate=generate)


def reads_error_details():
    request = image_request("openai/gpt-image-2", labels={"sandbox.fault": "openai=rate-limit:3s"})
    try:
        stub.Generate(request, timeout=120)
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.UNAVAILABLE, error
        found = {}
        for detail in rpc_status.from_call(error).details:
            for kind in (error_details_pb2.ErrorInfo, error_details_pb2.RetryInfo, attempt_pb2.AttemptReport):
                if detail.Is(kind.DESCRIPTOR):
                    found[kind.DESCRIPTOR.name] = kind.FromString(detail.value)
        assert found["ErrorInfo"].reason == "ALL_PROVIDERS_EXHAUSTED", found
        assert found["RetryInfo"].retry_delay.ToMilliseconds() >= 2000, found
        assert found["AttemptReport"].attempts, found
    else:
        raise AssertionError("it succeeded")


def explains_a_route():
    response = stub.Route(
        service_pb2.RouteRequest(generate=image_request("gemini-3-pro-image")), timeout=120
    )
    assert response.candidates, response
    assert abs(sum(c.probability for c in response.candidates if c.priority == 0) - 1) < 1e-9, response


def finds_the_server_healthy():
    health = health_pb2_grpc.HealthStub(channel)
    response = health.Check(health_pb2.HealthCheckRequest(), timeout=120)
    assert response.status == health_pb2.HealthCheckResponse.SERVING


check("gets an image of the size that the response says", gets_an_image)
check("reads a chat as it is streamed, up to the terminal message", streams_a_chat)
check("reads the details of an error", reads_error_details)
check("is told who would serve a request", explains_a_route)
check("finds the server healthy", finds_the_server_healthy)
sys.exit(1 if failed else 0)
