// The provider of the benchmarks: it has every answer ready and counts what it
// gives. The first segment of a path says how it answers: at once (fast, spare),
// a stream in one write (burst), a delta every 10 ms (paced), after 5 s (slow),
// or with 500 (down). It also takes in spans over OTLP/HTTP. It has a second
// address, since a slow provider and a quick one are never the same host.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	deltas     = 200
	imageBytes = 1_125_000
	pause      = 10 * time.Millisecond
	wait       = 5 * time.Second
)

var (
	chat  = completion()
	image = imageAnswer()
	delta = event(`{"content":" syllable"},"finish_reason":null`)
	end   = append(event(`{},"finish_reason":"stop"`), []byte(
		`data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1,"model":"gpt-5.4-mini","choices":[],"usage":{"prompt_tokens":210,"completion_tokens":200,"total_tokens":410}}`+
			"\n\ndata: [DONE]\n\n")...)

	mutex  sync.Mutex
	counts = map[string]int{}
)

func main() {
	listener := listen("127.0.0.1:0")
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	other := listen("127.0.0.2:" + port)
	go http.Serve(other, http.HandlerFunc(serve))
	fmt.Println(listener.Addr())
	fmt.Fprintln(os.Stderr, http.Serve(listener, http.HandlerFunc(serve)))
}

func listen(address string) net.Listener {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return listener
}

func serve(response http.ResponseWriter, request *http.Request) {
	switch request.URL.Path {
	case "/counts":
		mutex.Lock()
		defer mutex.Unlock()
		json.NewEncoder(response).Encode(counts)
		return
	case "/v1/traces":
		body, _ := io.ReadAll(request.Body)
		count("spans", bytes.Count(body, []byte(`"spanId"`)))
		count("span bytes", len(body))
		response.Header().Set("content-type", request.Header.Get("content-type"))
		return
	}
	mode, path, _ := strings.Cut(strings.TrimPrefix(request.URL.Path, "/"), "/")
	streamed := false
	if strings.HasPrefix(path, "v1/images/edits") {
		io.Copy(io.Discard, request.Body)
	} else {
		body, _ := io.ReadAll(request.Body)
		streamed = bytes.Contains(body, []byte(`"stream":true`))
	}
	// The client may be gone before the answer is written, so it counts first.
	count(mode, 1)
	switch {
	case mode == "down":
		answer(response, 500, []byte(`{"error":{"message":"down","type":"server_error","code":null,"param":null}}`))
	case strings.HasPrefix(path, "v1/images/"):
		answer(response, 200, image)
	case streamed:
		stream(response, mode)
	default:
		if mode == "slow" {
			time.Sleep(wait)
		}
		answer(response, 200, chat)
	}
}

func answer(response http.ResponseWriter, status int, body []byte) {
	response.Header().Set("content-type", "application/json")
	response.Header().Set("content-length", strconv.Itoa(len(body)))
	response.WriteHeader(status)
	response.Write(body)
}

// The first delta's text is the time at which it left, in nanoseconds between
// two "@": who receives it knows how long it was under way.
func stream(response http.ResponseWriter, mode string) {
	response.Header().Set("content-type", "text/event-stream")
	flusher := response.(http.Flusher)
	first := event(fmt.Sprintf(`{"role":"assistant","content":"@%d@"},"finish_reason":null`, time.Now().UnixNano()))
	if mode == "burst" {
		response.Write(append(append(first, bytes.Repeat(delta, deltas-1)...), end...))
		return
	}
	response.Write(first)
	flusher.Flush()
	for sent := 1; sent < deltas; sent++ {
		if mode == "paced" {
			time.Sleep(pause)
		}
		response.Write(delta)
		flusher.Flush()
	}
	response.Write(end)
}

func event(choice string) []byte {
	return []byte(`data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1,"model":"gpt-5.4-mini","choices":[{"index":0,"delta":` + choice + "}]}\n\n")
}

// A chat completion of 1 kB.
func completion() []byte {
	text := strings.Repeat("the quick brown fox jumps over the lazy dog ", 15)
	return []byte(`{"id":"chatcmpl-bench","object":"chat.completion","created":1,"model":"gpt-5.4-mini","choices":[{"index":0,"message":{"role":"assistant","content":"` +
		text + `","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":210,"completion_tokens":150,"total_tokens":360,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}`)
}

// An image of 1.5 MB of base64 which nothing can compress.
func imageAnswer() []byte {
	picture := make([]byte, imageBytes)
	for index := range picture {
		picture[index] = byte(uint32(index) * 2654435761 >> 24)
	}
	copy(picture, "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x04\x00\x00\x00\x04\x00")
	body, _ := json.Marshal(map[string]any{
		"created": 1,
		"data":    []any{map[string]any{"b64_json": picture}},
		"usage":   map[string]int{"input_tokens": 40, "output_tokens": 1568, "total_tokens": 1608},
	})
	return body
}

func count(name string, by int) {
	mutex.Lock()
	counts[name] += by
	mutex.Unlock()
}
