// SPDX-License-Identifier: LGPL-2.1-or-later
// A static program as many images hold nothing else: it answers by HTTP, says so on standard output, and ends by SIGTERM.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	server := &http.Server{Addr: ":8080"}
	http.HandleFunc("/", func(to http.ResponseWriter, request *http.Request) {
		fmt.Println("asked for", request.URL.Path)
		fmt.Fprintf(to, "hello from go, user %d\n", os.Getuid())
	})
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	go func() {
		<-end
		fmt.Println("bye")
		server.Shutdown(context.Background())
	}()
	if _, err := os.Stat("/bin/sh"); err == nil {
		fmt.Println("there is a shell")
	}
	fmt.Println("serving")
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
