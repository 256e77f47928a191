// Sends requests at fixed times, whatever became of those before, or streams one
// after the other, and writes how long each took in milliseconds. It is told what
// to do in JSON on standard input.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

type task struct {
	URL     string
	HTTP    string
	Headers map[string]string
	Body    []byte
	// Of requests: so many a second, at even distances, for so long.
	RPS     float64
	Seconds float64
	// Of streams: so many, and so many at the same time.
	Streams int
	Places  int
}

// The upstream's time, which it writes as the first delta.
var stamp = regexp.MustCompile(`@(\d+)@`)

func main() {
	var work task
	if err := json.NewDecoder(os.Stdin).Decode(&work); err != nil {
		fail(err)
	}
	client := clientFor(work.HTTP)
	var times []float64
	if work.Streams > 0 {
		times = work.follow(client)
	} else {
		times = work.pace(client)
	}
	json.NewEncoder(os.Stdout).Encode(times)
}

func clientFor(version string) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(version == "1.1")
	protocols.SetUnencryptedHTTP2(version == "2")
	return &http.Client{
		Transport: &http.Transport{Protocols: protocols, MaxIdleConnsPerHost: 1000, DisableCompression: true},
	}
}

// From the time at which a request was due to the end of its answer.
func (work task) pace(client *http.Client) []float64 {
	count := int(work.RPS * work.Seconds)
	times := make([]float64, count)
	var open sync.WaitGroup
	// A tenth of a second for the first connection, which is no part of it.
	if _, err := work.send(client); err != nil {
		fail(err)
	}
	start := time.Now().Add(100 * time.Millisecond)
	for index := range times {
		due := start.Add(time.Duration(float64(index) / work.RPS * float64(time.Second)))
		time.Sleep(time.Until(due))
		open.Add(1)
		go func() {
			defer open.Done()
			if _, err := work.send(client); err != nil {
				fail(err)
			}
			times[index] = milliseconds(time.Since(due))
		}()
	}
	open.Wait()
	return times
}

// From the time at which the upstream wrote the first delta to its arrival.
func (work task) follow(client *http.Client) []float64 {
	times := make([]float64, work.Streams)
	places := make(chan struct{}, work.Places)
	var open sync.WaitGroup
	for index := range times {
		places <- struct{}{}
		open.Add(1)
		go func() {
			defer open.Done()
			first, err := work.send(client)
			if err == nil && first == 0 {
				err = fmt.Errorf("a stream without a first delta")
			}
			if err != nil {
				fail(err)
			}
			times[index] = milliseconds(first)
			<-places
		}()
		// So that they do not all begin together.
		if index < work.Places {
			time.Sleep(23 * time.Millisecond)
		}
	}
	open.Wait()
	return times
}

// The age of the first delta when it came, where there is one.
func (work task) send(client *http.Client) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "POST", work.URL, bytes.NewReader(work.Body))
	if err != nil {
		return 0, err
	}
	for name, value := range work.Headers {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	first, err := firstDelta(response.Body)
	if err != nil {
		return 0, err
	}
	grpc := strings.HasPrefix(work.Headers["content-type"], "application/grpc")
	status := response.Trailer.Get("grpc-status")
	if response.StatusCode != 200 || (grpc && status != "0") {
		return 0, fmt.Errorf("status %d, grpc-status %q %s", response.StatusCode, status, response.Trailer.Get("grpc-message"))
	}
	return first, nil
}

func firstDelta(body io.Reader) (time.Duration, error) {
	var seen []byte
	var first time.Duration
	chunk := make([]byte, 64<<10)
	for {
		size, err := body.Read(chunk)
		if first == 0 && len(seen) < 64<<10 {
			seen = append(seen, chunk[:size]...)
			if found := stamp.FindSubmatch(seen); found != nil {
				nanoseconds, _ := strconv.ParseInt(string(found[1]), 10, 64)
				first = time.Since(time.Unix(0, nanoseconds))
			}
		}
		if err == io.EOF {
			return first, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

func milliseconds(duration time.Duration) float64 {
	return float64(duration) / float64(time.Millisecond)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
