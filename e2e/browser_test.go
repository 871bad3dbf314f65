package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// browser is a headless Chromium that runs no scripts, driven by the W3C's WebDriver protocol.
type browser struct {
	session string // URL of the session
	http    http.Client
}

// openBrowser starts a browser for a test.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	chromium := firstProgram("chromium", "chromium-browser", "google-chrome")
	driver := firstProgram("chromedriver", "chromium.chromedriver")
	if chromium == "" || driver == "" {
		t.Fatal("the partner's page is tested in a browser: install Chromium and its driver (Debian: apt-get install chromium chromium-driver)")
	}
	address, err := freeAddress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(address, ":")
	// Not the test's context: that ends before the session is closed.
	cmd := exec.CommandContext(context.Background(), driver, "--port="+port, "--silent")
	bindToTests(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", driver, err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	b := &browser{session: "http://" + address + "/session", http: http.Client{Timeout: patience}}
	await(t, "the browser's driver answers", func() (bool, string) {
		resp, err := b.http.Get("http://" + address + "/status")
		if err != nil {
			return false, err.Error()
		}
		return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK, resp.Status
	})
	b.begin(t, chromium)
	return b
}

func firstProgram(names ...string) string {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func (b *browser) begin(t *testing.T, chromium string) {
	t.Helper()
	options := map[string]any{
		"binary": chromium,
		// Without a sandbox, because the tests may run as root or in a container.
		"args":  []string{"--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--window-size=412,915", "--user-data-dir=" + t.TempDir()},
		"prefs": map[string]any{"profile.managed_default_content_settings.javascript": 2},
	}
	var made struct {
		SessionID string `json:"sessionId"` //nolint:tagliatelle // the protocol's word
	}
	b.call(t, http.MethodPost, "", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{"goog:chromeOptions": options}}}, &made)
	b.session += "/" + made.SessionID
	t.Cleanup(func() {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, b.session, http.NoBody)
		if err != nil {
			return
		}
		if resp, err := b.http.Do(req); err == nil {
			_ = resp.Body.Close()
		}
	})
	b.open(t, `data:text/html,<p id="x">no script ran</p><script>document.getElementById("x").textContent="a script ran"</script>`)
	if got := b.text(t, "#x"); got != "no script ran" {
		t.Fatalf("the browser runs scripts: %q", got)
	}
}

// call sends one command and reads its value.
func (b *browser) call(t *testing.T, method, path string, body, value any) {
	t.Helper()
	if err := b.ask(t.Context(), method, path, body, value); err != nil {
		t.Fatal(err)
	}
}

// ask sends one command, which the browser may refuse.
func (b *browser) ask(ctx context.Context, method, path string, body, value any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("writing a command: %w", err)
	}
	if body == nil {
		raw = nil
	}
	req, err := http.NewRequestWithContext(ctx, method, b.session+path, bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("making a command: %w", err)
	}
	resp, err := b.http.Do(req)
	if err != nil {
		return fmt.Errorf("telling the browser: %w", err)
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("hearing the browser: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the browser refused %s %s: %s", method, path, firstLine(all))
	}
	if value == nil {
		return nil
	}
	if err := json.Unmarshal(all, &struct {
		Value any `json:"value"`
	}{value}); err != nil {
		return fmt.Errorf("reading the browser's answer: %w", err)
	}
	return nil
}

func firstLine(text []byte) string {
	line, _, _ := strings.Cut(string(text), `\n`)
	return line
}

// open goes to a page.
func (b *browser) open(t *testing.T, url string) {
	t.Helper()
	b.call(t, http.MethodPost, "/url", map[string]string{"url": url}, nil)
}

// elementKey is the protocol's name for a reference to an element.
const elementKey = "element-6066-11e4-a52e-4f735466cecf"

func (b *browser) find(t *testing.T, css string) string {
	t.Helper()
	var found map[string]string
	b.call(t, http.MethodPost, "/element", map[string]string{"using": "css selector", "value": css}, &found)
	return "/element/" + found[elementKey]
}

// count tells how many elements there are.
func (b *browser) count(t *testing.T, css string) int {
	t.Helper()
	var found []map[string]string
	b.call(t, http.MethodPost, "/elements", map[string]string{"using": "css selector", "value": css}, &found)
	return len(found)
}

// text gives what a reader sees of an element.
func (b *browser) text(t *testing.T, css string) (shown string) {
	t.Helper()
	b.call(t, http.MethodGet, b.find(t, css)+"/text", nil, &shown)
	return shown
}

// shows waits until an element reads so. A click that leads to another page comes back before that
// page is there.
func (b *browser) shows(t *testing.T, css, want string) {
	t.Helper()
	await(t, "the page says "+want, func() (bool, string) {
		var found map[string]string
		if err := b.ask(t.Context(), http.MethodPost, "/element", map[string]string{"using": "css selector", "value": css}, &found); err != nil {
			return false, err.Error()
		}
		var shown string
		if err := b.ask(t.Context(), http.MethodGet, "/element/"+found[elementKey]+"/text", nil, &shown); err != nil {
			return false, err.Error()
		}
		return shown == want, shown
	})
}

// click clicks on the one element.
func (b *browser) click(t *testing.T, css string) {
	t.Helper()
	b.call(t, http.MethodPost, b.find(t, css)+"/click", struct{}{}, nil)
}

// screenshot keeps a picture of the page among the test's artifacts.
func (b *browser) screenshot(t *testing.T, name string) {
	t.Helper()
	var encoded string
	b.call(t, http.MethodGet, "/screenshot", nil, &encoded)
	picture, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatalf("reading a screenshot: %v", err)
	}
	path := filepath.Join(t.ArtifactDir(), name+".png")
	if err := os.WriteFile(path, picture, 0o600); err != nil {
		t.Fatalf("keeping a screenshot: %v", err)
	}
	t.Logf("%s: %s", name, path)
}
