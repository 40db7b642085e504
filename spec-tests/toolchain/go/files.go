// Exercises the file functions of Go's library: `files read` only reads, `files write` changes
// files.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

func check(what string, err error) {
	var path *fs.PathError
	switch {
	case err == nil:
		fmt.Println(what+":", "ok")
	case errors.As(err, &path):
		fmt.Println(what+":", path.Err)
	default:
		fmt.Println(what+":", err)
	}
}

func read() {
	file, err := os.Open("given")
	check("open", err)
	_, err = file.Seek(-5, io.SeekEnd)
	check("seek", err)
	rest, err := io.ReadAll(file)
	check("read "+string(rest), err)
	check("truncate", file.Truncate(0))
	_, err = file.WriteString("x")
	check("write", err)
	entries, err := os.ReadDir(".")
	check(fmt.Sprint("list ", len(entries)), err)
	check("create", os.WriteFile("new", nil, 0o644))
}

func write() {
	check("create", os.MkdirAll("made/below", 0o755))
	check("write", os.WriteFile("made/file", []byte("hello"), 0o644))
	file, err := os.OpenFile("made/file", os.O_APPEND|os.O_WRONLY, 0)
	check("open", err)
	_, err = file.WriteString(" world")
	check("append", err)
	check("truncate", file.Truncate(8))
	content, err := os.ReadFile("made/file")
	check("read "+string(content), err)
	for i := range 100 {
		_ = os.WriteFile(fmt.Sprint("made/below/", i), nil, 0o644)
	}
	directory, err := os.Open("made/below")
	check("open", err)
	some, err := directory.Readdirnames(7)
	check(fmt.Sprint("list ", len(some)), err)
	others, err := directory.Readdirnames(-1)
	check(fmt.Sprint("list ", len(others)), err)
	check("times", os.Chtimes("made/file", time.Unix(1000, 0), time.Unix(2000, 7)))
	check("remove", os.Remove("made"))
	check("remove all", os.RemoveAll("made"))
	_, err = os.Stat("made")
	check("stat", err)
	_, err = os.Open("../above")
	check("above", err)
}

func main() {
	if err := os.Chdir("/data"); err != nil {
		panic(err)
	}
	if os.Args[1] == "read" {
		read()
	} else {
		write()
	}
}
