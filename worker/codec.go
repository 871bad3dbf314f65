package worker

import (
	"bytes"
	"compress/zlib"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"

	"throughline/care"
)

// The metadata of an encrypted payload. All of it is authenticated with the content.
const (
	encodingKey  = converter.MetadataEncoding
	encoding     = "binary/aes-gcm-v1"
	keyIDKey     = "key"
	compressKey  = "zip"
	compressZlib = "zlib"
)

// worthwhile is the size in octets from which compression is tried.
const worthwhile = 256

// Codec encrypts every payload that Temporal stores with AES-256-GCM, after compressing it where that
// makes it smaller. Keys can be changed: it encrypts with the first, and decrypts with any.
type Codec struct {
	current Key
	ciphers map[string]cipher.AEAD // by key id
}

var _ converter.PayloadCodec = (*Codec)(nil)

// NewCodec makes the codec. Older keys are needed for as long as workflows run that began under them.
func NewCodec(current Key, older ...Key) (*Codec, error) {
	c := &Codec{current: current, ciphers: map[string]cipher.AEAD{}}
	for _, k := range append([]Key{current}, older...) {
		if k.id == "" {
			return nil, care.Errorf(care.Invalid, "there is no encryption key")
		}
		block, err := aes.NewCipher(k.secret[:])
		if err != nil {
			return nil, fmt.Errorf("making the cipher: %w", err)
		}
		sealer, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("making the cipher: %w", err)
		}
		c.ciphers[k.id] = sealer
	}
	return c, nil
}

// Encode implements converter.PayloadCodec.
func (c *Codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	return eachPayload(payloads, c.encode)
}

// Decode implements converter.PayloadCodec. What this codec did not encode is left as it is.
func (c *Codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	return eachPayload(payloads, c.decode)
}

func eachPayload(payloads []*commonpb.Payload, do func(*commonpb.Payload) (*commonpb.Payload, error)) ([]*commonpb.Payload, error) {
	out := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		done, err := do(p)
		if err != nil {
			return nil, err
		}
		out[i] = done
	}
	return out, nil
}

func (c *Codec) encode(p *commonpb.Payload) (*commonpb.Payload, error) {
	plain, err := proto.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("marshalling a payload: %w", err)
	}
	metadata := map[string][]byte{encodingKey: []byte(encoding), keyIDKey: []byte(c.current.id)}
	if packed := compress(plain); len(packed) < len(plain) {
		plain = packed
		metadata[compressKey] = []byte(compressZlib)
	}
	sealer := c.ciphers[c.current.id]
	nonce := make([]byte, sealer.NonceSize(), sealer.NonceSize()+len(plain)+sealer.Overhead())
	_, _ = rand.Read(nonce) // never fails since Go 1.24
	return &commonpb.Payload{Metadata: metadata, Data: sealer.Seal(nonce, nonce, plain, bound(metadata))}, nil
}

func (c *Codec) decode(p *commonpb.Payload) (*commonpb.Payload, error) {
	if string(p.GetMetadata()[encodingKey]) != encoding {
		return p, nil
	}
	id := string(p.GetMetadata()[keyIDKey])
	sealer, ok := c.ciphers[id]
	if !ok {
		return nil, fmt.Errorf("a payload was encrypted with the key %q, which this process does not have", id)
	}
	if len(p.GetData()) < sealer.NonceSize() {
		return nil, fmt.Errorf("a payload encrypted with the key %q is cut short", id)
	}
	nonce, sealed := p.GetData()[:sealer.NonceSize()], p.GetData()[sealer.NonceSize():]
	plain, err := sealer.Open(nil, nonce, sealed, bound(p.GetMetadata()))
	if err != nil {
		return nil, fmt.Errorf("decrypting a payload with the key %q: %w", id, err)
	}
	if string(p.GetMetadata()[compressKey]) == compressZlib {
		if plain, err = expand(plain); err != nil {
			return nil, fmt.Errorf("expanding a payload: %w", err)
		}
	}
	var out commonpb.Payload
	if err := proto.Unmarshal(plain, &out); err != nil {
		return nil, fmt.Errorf("unmarshalling a payload: %w", err)
	}
	return &out, nil
}

// bound is the metadata as authenticated data.
func bound(metadata map[string][]byte) []byte {
	return fmt.Appendf(nil, "%q %q %q", metadata[encodingKey], metadata[keyIDKey], metadata[compressKey])
}

func compress(plain []byte) []byte {
	if len(plain) < worthwhile {
		return plain
	}
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(plain) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

func expand(packed []byte) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("opening: %w", err)
	}
	plain, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("reading: %w", err)
	}
	return plain, nil
}
