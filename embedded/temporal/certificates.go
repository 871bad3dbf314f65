//go:build !external

package temporal

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"time"

	"go.temporal.io/server/common/rpc/encryption"
)

const (
	serverName = "temporal.throughline.internal"
	// lifetime is longer than any process runs. Nothing of it is ever written down.
	lifetime = 10 * 365 * 24 * time.Hour
)

// certificates let the parts of this process know one another. They come from an authority whose key
// exists only while it signs them, so that no other process can ever have one: on the loopback
// interface everybody on the machine can dial, and one of the ports has administrator's rights.
type certificates struct {
	server, client *tls.Config
}

var _ encryption.TLSConfigProvider = (*certificates)(nil)

func newCertificates() (*certificates, error) {
	authority, err := newAuthority()
	if err != nil {
		return nil, fmt.Errorf("making the certificate authority: %w", err)
	}
	forServer, err := authority.issue(x509.ExtKeyUsageServerAuth)
	if err != nil {
		return nil, fmt.Errorf("making the server's certificate: %w", err)
	}
	forClient, err := authority.issue(x509.ExtKeyUsageClientAuth)
	if err != nil {
		return nil, fmt.Errorf("making the client's certificate: %w", err)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(authority.certificate)
	return &certificates{
		server: &tls.Config{
			Certificates: []tls.Certificate{forServer},
			ClientAuth:   tls.RequireAndVerifyClientCert,
			ClientCAs:    trusted,
			MinVersion:   tls.VersionTLS13,
		},
		client: &tls.Config{
			Certificates: []tls.Certificate{forClient},
			RootCAs:      trusted,
			ServerName:   serverName,
			MinVersion:   tls.VersionTLS13,
		},
	}, nil
}

// The server asks for its configurations through these; all of its ports are alike.

func (c *certificates) GetInternodeServerConfig() (*tls.Config, error) { return c.server, nil }
func (c *certificates) GetInternodeClientConfig() (*tls.Config, error) { return c.client, nil }
func (c *certificates) GetFrontendServerConfig() (*tls.Config, error)  { return c.server, nil }
func (c *certificates) GetFrontendClientConfig() (*tls.Config, error)  { return c.client, nil }

// GetRemoteClusterClientConfig knows no other clusters.
func (c *certificates) GetRemoteClusterClientConfig(string) (*tls.Config, error) {
	return c.client, nil
}

// GetExpiringCerts reports none: the certificates outlive the process.
func (c *certificates) GetExpiringCerts(time.Duration) (expiring, expired encryption.CertExpirationMap, err error) {
	return nil, nil, nil
}

type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	template, err := newTemplate()
	if err != nil {
		return nil, err
	}
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate back: %w", err)
	}
	return &authority{certificate: certificate, key: key}, nil
}

func (a *authority) issue(usage x509.ExtKeyUsage) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making a key: %w", err)
	}
	template, err := newTemplate()
	if err != nil {
		return tls.Certificate{}, err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{usage}
	template.DNSNames = []string{serverName}
	template.IPAddresses = []net.IP{net.ParseIP(loopback)}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("signing: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

func newTemplate() (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("choosing a serial number: %w", err)
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: serverName},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(lifetime),
	}, nil
}
