package hl7v2

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
)

// The framing of MLLP release 1: <VT> message <FS><CR>.
const (
	startOfBlock = 0x0b
	endOfBlock   = 0x1c
)

// Frame wraps a message for MLLP.
func Frame(message []byte) []byte {
	framed := make([]byte, 0, len(message)+3)
	framed = append(framed, startOfBlock)
	framed = append(framed, message...)
	return append(framed, endOfBlock, '\r')
}

var (
	// errTooLarge is a frame above the limit. It was read to its end; its head is returned.
	errTooLarge = errors.New("the message is larger than allowed")
	// errNoise is a peer that sends much without ever starting a frame.
	errNoise = errors.New("the peer does not speak MLLP")
)

const (
	maxNoise = 64 << 10 // bytes before a start of block, until the connection is given up
	maxDrain = 4        // times the limit that an oversized frame is read on, to answer it in order
	headSize = 8 << 10  // what is kept of an oversized frame, to answer it
)

// frameReader takes MLLP frames from a connection. It survives bytes between frames, a missing CR
// after the end of block, and a frame that was never ended before the next one starts.
type frameReader struct {
	in    *bufio.Reader
	limit int
	// begun is called when the first byte of a frame has come: from then on the peer must be quick.
	begun func()
}

// next gives the next message. After errTooLarge the reader stands at the next frame.
func (r *frameReader) next() ([]byte, error) {
	if err := r.skipToStart(); err != nil {
		return nil, err
	}
	r.begun()
	var message []byte
	size := 0
	for {
		b, err := r.in.ReadByte()
		if err != nil {
			return nil, unexpected(err)
		}
		if b == endOfBlock {
			if size > r.limit {
				return message, errTooLarge
			}
			return message, nil
		}
		if b == startOfBlock && r.headerFollows() {
			message, size = message[:0], 0 // the frame before was never ended: its sender will send it again
			continue
		}
		if size++; size > maxDrain*r.limit {
			return message, errNoise
		}
		if size <= r.limit {
			message = append(message, b)
		} else if len(message) > headSize {
			message = message[:headSize:headSize]
		}
	}
}

func (r *frameReader) skipToStart() error {
	for range maxNoise {
		b, err := r.in.ReadByte()
		if err != nil {
			return fmt.Errorf("waiting for a message: %w", err)
		}
		if b == startOfBlock {
			return nil
		}
	}
	return errNoise
}

// headerFollows tells whether a message header comes next, and so a start of block is one and
// not a vertical tab in some text. It waits for no byte more than it needs to tell.
func (r *frameReader) headerFollows() bool {
	for n := 1; n <= 3; n++ {
		next, err := r.in.Peek(n)
		if err != nil || !slices.ContainsFunc(headers, func(h string) bool { return h[:n] == string(next) }) {
			return false
		}
	}
	return true
}

var headers = []string{"MSH", "FHS", "BHS"}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
