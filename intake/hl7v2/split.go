package hl7v2

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"throughline/care"
)

// lineEnds are the bytes that end a segment on the wire: CR as the standard has it, LF as files
// have it, and MLLP's start (0x0B) and end (0x1C) of block.
const lineEnds = "\r\n\x0b\x1c"

// Batch is what one transmission held.
type Batch struct {
	// Messages are the messages in their order, in the bytes they were sent in (UTF-16 excepted,
	// which becomes UTF-8). A transmission without any MSH is one message that Parse refuses, so
	// that it is answered and kept.
	Messages [][]byte
	// Files and Batches count the FHS and BHS headers.
	Files, Batches int
	// Warnings are sentences about what was odd: text outside messages, counts that don't agree.
	Warnings []string
}

// Split takes a transmission apart into messages: one message, several in a row, or a batch
// with FHS, BHS, BTS and FTS around them, with or without MLLP framing, in any line ends.
// A header counts at the start of a line only. It fails only where there is nothing but blank space.
func Split(raw []byte) (Batch, error) {
	raw = bytes.TrimLeft(toBytewise(raw), blank)
	if len(raw) == 0 {
		return Batch{}, care.Errorf(care.Invalid, "the transmission is empty: send at least one HL7 message that starts with MSH")
	}
	s := splitter{raw: raw, start: -1, declared: -1}
	for begin := 0; begin < len(raw); {
		end := len(raw)
		if i := bytes.IndexAny(raw[begin:], lineEnds); i >= 0 {
			end = begin + i
		}
		s.line(begin, end)
		if end < len(raw) && raw[end] == endOfBlock {
			s.close(end)
		}
		begin = end + 1
	}
	s.close(len(raw))
	return s.finish(), nil
}

// blank is what may surround messages without meaning anything, an old DOS end-of-file included.
const blank = " \t\x00\x1a\ufeff" + lineEnds

type splitter struct {
	raw      []byte
	start    int // of the open message, -1 when none is open
	batch    Batch
	declared int // what the batch trailers declare in all, -1 when none does
	stray    int // lines outside any message
}

func (s *splitter) line(begin, end int) {
	line := s.raw[begin:end]
	switch name := headerName(line); name {
	case "MSH":
		s.close(begin)
		s.start = begin
	case "FHS":
		s.close(begin)
		s.batch.Files++
	case "BHS":
		s.close(begin)
		s.batch.Batches++
	case "BTS":
		s.close(begin)
		s.addDeclared(line)
	case "FTS":
		s.close(begin)
	default:
		if s.start < 0 && len(bytes.Trim(line, blank)) > 0 {
			s.stray++
		}
	}
}

func (s *splitter) close(end int) {
	if s.start < 0 {
		return
	}
	s.batch.Messages = append(s.batch.Messages, bytes.Trim(s.raw[s.start:end], blank))
	s.start = -1
}

func (s *splitter) addDeclared(trailer []byte) {
	if len(trailer) < 5 {
		return
	}
	count := bytes.Split(trailer, trailer[3:4])[1]
	n, err := strconv.Atoi(string(bytes.TrimSpace(count)))
	if err != nil || n < 0 {
		return
	}
	s.declared = max(s.declared, 0) + n
}

func (s *splitter) finish() Batch {
	b := s.batch
	if len(b.Messages) == 0 {
		b.Messages = [][]byte{bytes.Trim(s.raw, blank)}
		return b
	}
	if s.stray > 0 {
		b.Warnings = append(b.Warnings, fmt.Sprintf("%d line(s) outside any message were left out", s.stray))
	}
	if s.declared >= 0 && s.declared != len(b.Messages) {
		b.Warnings = append(b.Warnings, fmt.Sprintf("BTS-1 declares %d message(s), the batch holds %d: ask the sender whether some are missing", s.declared, len(b.Messages)))
	}
	return b
}

// headerName gives the name of a line that begins or ends a message or batch.
func headerName(line []byte) string {
	if len(line) < 3 {
		return ""
	}
	name := string(line[:3])
	trailer := name == "BTS" || name == "FTS"
	if !trailer && !slices.Contains(headers, name) {
		return ""
	}
	if trailer && len(line) == 3 || len(line) > 3 && isSeparator(rune(line[3])) {
		return name
	}
	return ""
}
