package rfc5322

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

// maxRead bounds what is read of one mail: twice a message's limits after quoted-printable.
const maxRead = 16 << 20

// Header is what a list of mails shows.
type Header struct {
	MessageID string
	From, To  mail.Address
	Subject   string
	Date      time.Time
	Language  string
}

// Mail is a mail taken apart.
type Mail struct {
	Header
	Text, HTML string
	// Fields are all header fields as they stand.
	Fields mail.Header
}

// ParseHeader reads a mail's header and leaves the rest unread.
func ParseHeader(r io.Reader) (Header, error) {
	msg, err := mail.ReadMessage(r)
	if err != nil {
		return Header{}, fmt.Errorf("reading the mail's header: %w", err)
	}
	return readHeader(msg.Header)
}

// Parse reads a mail that Compose wrote. It is no reader for other people's mail.
func Parse(r io.Reader) (Mail, error) {
	msg, err := mail.ReadMessage(io.LimitReader(r, maxRead))
	if err != nil {
		return Mail{}, fmt.Errorf("reading the mail's header: %w", err)
	}
	header, err := readHeader(msg.Header)
	if err != nil {
		return Mail{}, err
	}
	m := Mail{Header: header, Fields: msg.Header}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		return Mail{}, fmt.Errorf("reading the mail's content type: %w", err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		// The multipart reader decodes by itself; a single part is ours to decode.
		err = m.take(kind, decoded(msg.Header.Get("Content-Transfer-Encoding"), msg.Body))
		return m, err
	}
	return m, m.takeParts(multipart.NewReader(msg.Body, params["boundary"]))
}

func (m *Mail) takeParts(parts *multipart.Reader) error {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the mail's parts: %w", err)
		}
		kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil {
			return fmt.Errorf("reading a part's content type: %w", err)
		}
		if err := m.take(kind, part); err != nil {
			return err
		}
	}
}

func (m *Mail) take(kind string, r io.Reader) error {
	octets, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("reading the mail's %s part: %w", kind, err)
	}
	body := strings.ReplaceAll(string(octets), "\r\n", "\n")
	switch kind {
	case "text/plain":
		m.Text = body
	case "text/html":
		m.HTML = body
	}
	return nil
}

func decoded(encoding string, r io.Reader) io.Reader {
	if strings.EqualFold(encoding, "quoted-printable") {
		return quotedprintable.NewReader(r)
	}
	return r
}

func readHeader(fields mail.Header) (Header, error) {
	var words mime.WordDecoder
	subject, err := words.DecodeHeader(fields.Get("Subject"))
	if err != nil {
		return Header{}, fmt.Errorf("reading the mail's subject: %w", err)
	}
	date, err := fields.Date()
	if err != nil {
		return Header{}, fmt.Errorf("reading the mail's date: %w", err)
	}
	h := Header{
		MessageID: strings.Trim(fields.Get("Message-Id"), "<>"),
		Subject:   subject, Date: date, Language: fields.Get("Content-Language"),
	}
	if h.From, err = readAddress(fields.Get("From")); err != nil {
		return Header{}, fmt.Errorf("reading the mail's sender: %w", err)
	}
	if h.To, err = readAddress(fields.Get("To")); err != nil {
		return Header{}, fmt.Errorf("reading the mail's recipient: %w", err)
	}
	return h, nil
}

// readAddress hides the parser's words, which quote the address.
func readAddress(field string) (mail.Address, error) {
	a, err := mail.ParseAddress(field)
	if err != nil {
		return mail.Address{}, errors.New("not one address")
	}
	return *a, nil
}
