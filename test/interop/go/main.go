// A gRPC client in Go from generated stubs: what a backend team would write.
//
//	go run . ADDRESS [CERTIFICATES KEY]
//
// With a file of certificates to trust, and a caller's key, it speaks TLS.
// It prints one line a check, "ok NAME" or "not ok NAME: why".
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	spillway "spillway.test/interop/gen/spillway/v1"
)

// bearer is a caller's key, which goes with each call.
type bearer string

func (key bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(key)}, nil
}

func (bearer) RequireTransportSecurity() bool { return true }

func main() {
	options := []grpc.DialOption{grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64 << 20))}
	manner := "go"
	if len(os.Args) > 3 {
		secured, err := credentials.NewClientTLSFromFile(os.Args[2], "")
		if err != nil {
			panic(err)
		}
		options = append(options, grpc.WithTransportCredentials(secured), grpc.WithPerRPCCredentials(bearer(os.Args[3])))
		manner = "go over TLS"
	} else {
		options = append(options, grpc.WithTransportCredentials(insecure.NewCredentials()))
	}
	connection, err := grpc.NewClient(os.Args[1], options...)
	if err != nil {
		panic(err)
	}
	client := spillway.NewGatewayServiceClient(connection)
	failed := false
	check := func(name string, run func(context.Context) error) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		if err := run(ctx); err != nil {
			failed = true
			fmt.Printf("not ok %s %s: %v\n", manner, name, err)
			return
		}
		fmt.Printf("ok %s %s\n", manner, name)
	}

	check("gets an image that decodes", func(ctx context.Context) error {
		response, err := client.Generate(ctx, imageRequest("gpt-image-2"))
		if err != nil {
			return err
		}
		image := response.GetImages().GetImages()[0]
		decoded, err := png.Decode(bytes.NewReader(image.GetData()))
		if err != nil {
			return err
		}
		if size := decoded.Bounds().Size(); size.X != int(image.GetWidth()) || size.Y != int(image.GetHeight()) {
			return fmt.Errorf("the picture is %v, the response says %dx%d", size, image.GetWidth(), image.GetHeight())
		}
		if !response.GetSandbox() {
			return errors.New("the response does not say that it is from the sandbox")
		}
		return nil
	})

	check("sees the failover in the attempts", func(ctx context.Context) error {
		request := imageRequest("gemini-3-pro-image")
		request.Labels = map[string]string{"sandbox.fault": "gemini=http-503"}
		response, err := client.Generate(ctx, request)
		if err != nil {
			return err
		}
		attempts := response.GetAttempts()
		first, last := attempts[0], attempts[len(attempts)-1]
		if first.GetProvider() != "gemini" || first.GetFailure() != spillway.FailureClass_FAILURE_CLASS_OVERLOADED {
			return fmt.Errorf("the first attempt is %v", first)
		}
		if last.GetProvider() == "gemini" || last.GetOutcome() != spillway.AttemptOutcome_ATTEMPT_OUTCOME_SUCCEEDED {
			return fmt.Errorf("the last attempt is %v", last)
		}
		return nil
	})

	check("reads a chat as it is streamed, up to the terminal message", func(ctx context.Context) error {
		stream, err := client.StreamGenerate(ctx, &spillway.StreamGenerateRequest{Generate: chatRequest()})
		if err != nil {
			return err
		}
		text, completed := "", false
		for {
			message, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
			text += message.GetTextDelta().GetText()
			if done := message.GetCompleted(); done != nil {
				completed = true
				if done.GetChat().GetText() != text {
					return fmt.Errorf("the pieces are %q, the whole is %q", text, done.GetChat().GetText())
				}
			}
		}
		if !completed || text == "" {
			return fmt.Errorf("completed: %v, text: %q", completed, text)
		}
		return nil
	})

	check("reads the details of an error", func(ctx context.Context) error {
		request := imageRequest("openai/gpt-image-2")
		request.Labels = map[string]string{"sandbox.fault": "openai=rate-limit:3s"}
		_, err := client.Generate(ctx, request)
		if status.Code(err) != codes.Unavailable {
			return fmt.Errorf("the code is %v", err)
		}
		var info *errdetails.ErrorInfo
		var retry *errdetails.RetryInfo
		var report *spillway.AttemptReport
		for _, detail := range status.Convert(err).Details() {
			switch detail := detail.(type) {
			case *errdetails.ErrorInfo:
				info = detail
			case *errdetails.RetryInfo:
				retry = detail
			case *spillway.AttemptReport:
				report = detail
			}
		}
		if info.GetDomain() != "spillway.dev" || info.GetReason() != "ALL_PROVIDERS_EXHAUSTED" {
			return fmt.Errorf("the info is %v", info)
		}
		if retry.GetRetryDelay().AsDuration() < 2*time.Second {
			return fmt.Errorf("the delay is %v", retry)
		}
		if len(report.GetAttempts()) == 0 {
			return errors.New("there is no report of attempts")
		}
		return nil
	})

	check("is told which field is wrong", func(ctx context.Context) error {
		request := imageRequest("gpt-image-2")
		request.GetTextToImage().Options = &spillway.ImageOptions{Count: 11}
		_, err := client.Generate(ctx, request)
		if status.Code(err) != codes.InvalidArgument {
			return fmt.Errorf("the code is %v", err)
		}
		for _, detail := range status.Convert(err).Details() {
			if bad, ok := detail.(*errdetails.BadRequest); ok && len(bad.GetFieldViolations()) == 1 &&
				bad.GetFieldViolations()[0].GetField() == "text_to_image.options.count" {
				return nil
			}
		}
		return fmt.Errorf("no violation names the field: %v", status.Convert(err).Details())
	})

	check("has its deadline kept", func(ctx context.Context) error {
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		request := imageRequest("openai/gpt-image-2")
		request.Labels = map[string]string{"sandbox.fault": "openai=timeout"}
		_, err := client.Generate(short, request)
		if status.Code(err) != codes.DeadlineExceeded {
			return fmt.Errorf("the code is %v", err)
		}
		return nil
	})

	check("finds the server healthy", func(ctx context.Context) error {
		response, err := healthpb.NewHealthClient(connection).Check(ctx, &healthpb.HealthCheckRequest{Service: "spillway.v1.GatewayService"})
		if err != nil {
			return err
		}
		if response.GetStatus() != healthpb.HealthCheckResponse_SERVING {
			return fmt.Errorf("the status is %v", response.GetStatus())
		}
		return nil
	})

	if failed {
		os.Exit(1)
	}
}

func imageRequest(model string) *spillway.GenerateRequest {
	return &spillway.GenerateRequest{
		Model: model,
		Task: &spillway.GenerateRequest_TextToImage{TextToImage: &spillway.TextToImage{
			Prompt:  "a gopher on a paper boat",
			Options: &spillway.ImageOptions{Format: spillway.ImageFormat_IMAGE_FORMAT_PNG, Delivery: spillway.Delivery_DELIVERY_BYTES},
		}},
	}
}

func chatRequest() *spillway.GenerateRequest {
	return &spillway.GenerateRequest{
		Model: "google/gemini-3-flash-preview",
		Task: &spillway.GenerateRequest_Chat{Chat: &spillway.Chat{
			Messages: []*spillway.ChatMessage{{
				Role:  spillway.Role_ROLE_USER,
				Parts: []*spillway.ChatPart{{Part: &spillway.ChatPart_Text{Text: "Say something about boats."}}},
			}},
		}},
	}
}
