package deploy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
)

const root = ".."

// filledIn is what someone has to give before the installation starts.
func filledIn() []string {
	return []string{
		"POSTGRES_PASSWORD=one",
		"TEMPORAL_DB_PASSWORD=two",
		"THROUGHLINE_DB_PASSWORD=three",
		"THROUGHLINE_KEY=./deploy/secrets/payload.key",
	}
}

func load(t *testing.T, env []string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions(
		[]string{filepath.Join(root, "docker-compose.yml")},
		cli.WithEnv(env),
		cli.WithProfiles([]string{"*"}),
		cli.WithConsistency(true),
	)
	if err != nil {
		t.Fatal(err)
	}
	return options.LoadProject(t.Context())
}

func project(t *testing.T) *types.Project {
	t.Helper()
	p, err := load(t, filledIn())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestServicesStartInOrder(t *testing.T) {
	const healthy, done = types.ServiceConditionHealthy, types.ServiceConditionCompletedSuccessfully
	want := map[string]map[string]string{
		"postgres":           {},
		"temporal-schema":    {"postgres": healthy},
		"temporal":           {"temporal-schema": done},
		"temporal-namespace": {"temporal": healthy},
		"temporal-ui":        {"temporal": healthy},
		"migrate":            {"postgres": healthy},
		"api":                {"migrate": done, "temporal-namespace": done},
		"worker":             {"migrate": done, "temporal-namespace": done},
		"mailpit":            {},
	}
	got := map[string]map[string]string{}
	for name, service := range project(t).Services {
		got[name] = map[string]string{}
		for other, dependency := range service.DependsOn {
			got[name][other] = dependency.Condition
			if !dependency.Required {
				t.Errorf("%s starts without %s", name, other)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Whatever others wait for to be healthy says how it is, and so does
// everything of ours that keeps running.
func TestHealthChecks(t *testing.T) {
	p := project(t)
	for name, service := range p.Services {
		for other, dependency := range service.DependsOn {
			if dependency.Condition == types.ServiceConditionHealthy && !checked(p.Services[other]) {
				t.Errorf("%s waits for the health of %s, which has no check", name, other)
			}
		}
	}
	for _, name := range []string{"postgres", "temporal", "api", "worker", "mailpit"} {
		if !checked(p.Services[name]) {
			t.Errorf("%s has no health check", name)
		}
	}
}

func checked(s types.ServiceConfig) bool {
	return s.HealthCheck != nil && !s.HealthCheck.Disable && len(s.HealthCheck.Test) > 1 &&
		s.HealthCheck.Interval != nil && s.HealthCheck.Timeout != nil && s.HealthCheck.Retries != nil
}

// Jobs end and are not run again for ever; services come back.
func TestRestarts(t *testing.T) {
	jobs := []string{"temporal-schema", "temporal-namespace", "migrate"}
	for name, service := range project(t).Services {
		want := "unless-stopped"
		if slices.Contains(jobs, name) {
			want = "on-failure:5"
		}
		if service.Restart != want {
			t.Errorf("%s restarts %q, want %q", name, service.Restart, want)
		}
	}
}

func TestImagesArePinned(t *testing.T) {
	exact := regexp.MustCompile(`:v?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?$`)
	for name, service := range project(t).Services {
		if service.Build != nil {
			continue
		}
		if !exact.MatchString(service.Image) {
			t.Errorf("%s runs %q: name an exact version", name, service.Image)
		}
	}
	for _, image := range fromLines(t) {
		if !exact.MatchString(image) {
			t.Errorf("the Dockerfile builds from %q: name an exact version", image)
		}
	}
}

// The cluster runs the release of the Temporal server that is embedded, so
// that what the tests show holds for both.
func TestTemporalIsTheEmbeddedRelease(t *testing.T) {
	version := moduleVersion(t, "go.temporal.io/server")
	services := project(t).Services
	for name, image := range map[string]string{
		"temporal":           "temporalio/server",
		"temporal-schema":    "temporalio/admin-tools",
		"temporal-namespace": "temporalio/admin-tools",
	} {
		if want := image + ":" + strings.TrimPrefix(version, "v"); services[name].Image != want {
			t.Errorf("%s runs %s, want %s", name, services[name].Image, want)
		}
	}
}

func TestSettingsOfOurServices(t *testing.T) {
	want := map[string]string{
		"DATABASE_URL":                "postgres://throughline:three@postgres:5432/throughline?sslmode=disable",
		"TEMPORAL_ADDRESS":            "temporal:7233",
		"TEMPORAL_NAMESPACE":          "throughline",
		"THROUGHLINE_KEY_FILE":        "/run/secrets/payload_key",
		"THROUGHLINE_PUBLIC_URL":      "http://localhost:8080",
		"THROUGHLINE_SMTP":            "smtp://mailpit:1025?tls=none",
		"THROUGHLINE_TRUSTED_PROXIES": "",
	}
	commands := map[string]string{"migrate": "migrate", "api": "api", "worker": "worker"}
	p := project(t)
	for name, command := range commands {
		service := p.Services[name]
		got := map[string]string{}
		for key, value := range service.Environment {
			if value == nil {
				t.Errorf("%s: %s is taken from the shell", name, key)
				continue
			}
			got[key] = *value
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if len(service.Command) == 0 || service.Command[0] != command {
			t.Errorf("%s runs %v", name, service.Command)
		}
		if len(service.Secrets) != 1 || service.Secrets[0].Source != "payload_key" {
			t.Errorf("%s has the secrets %v", name, service.Secrets)
		}
		if !service.ReadOnly || !slices.Contains(service.CapDrop, "ALL") {
			t.Errorf("%s may write to its image or keeps privileges", name)
		}
	}
}

func TestNothingStartsWithoutPasswords(t *testing.T) {
	all := filledIn()
	for i, left := range all {
		name, _, _ := strings.Cut(left, "=")
		env := slices.Delete(slices.Clone(all), i, i+1)
		if _, err := load(t, env); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v, want an error that names it", name, err)
		}
	}
}

// env.example names every value that must be given, and gives no password.
func TestEnvExample(t *testing.T) {
	text := read(t, "deploy/env.example")
	for _, given := range filledIn() {
		name, _, _ := strings.Cut(given, "=")
		if !strings.Contains(text, "\n"+name+"=") {
			t.Errorf("%s is not in deploy/env.example", name)
		}
	}
	if set := regexp.MustCompile(`(?m)^\w*PASSWORD=.+$`).FindString(text); set != "" {
		t.Errorf("deploy/env.example gives a default: %s", set)
	}
}

func TestPortsAreLocal(t *testing.T) {
	published := 0
	for name, service := range project(t).Services {
		for _, port := range service.Ports {
			published++
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s publishes %s to everyone", name, port.Published)
			}
		}
	}
	if published < 3 {
		t.Errorf("%d ports are published, want the API, the mail catcher and Temporal's pages", published)
	}
}

func TestDataIsKept(t *testing.T) {
	p := project(t)
	for name, target := range map[string]string{"postgres": "/var/lib/postgresql/data", "api": "/var/lib/throughline"} {
		kept := slices.ContainsFunc(p.Services[name].Volumes, func(v types.ServiceVolumeConfig) bool {
			_, named := p.Volumes[v.Source]
			return named && v.Type == types.VolumeTypeVolume && v.Target == target
		})
		if !kept {
			t.Errorf("%s does not keep %s in a named volume", name, target)
		}
	}
}

// What is mounted from the project is there, and what is run can be run.
func TestMountedFilesExist(t *testing.T) {
	mounted := 0
	for name, service := range project(t).Services {
		for _, v := range service.Volumes {
			if v.Type != types.VolumeTypeBind {
				continue
			}
			mounted++
			if info, err := os.Stat(v.Source); err != nil || !info.IsDir() {
				t.Errorf("%s mounts %s: %v", name, v.Source, err)
			}
		}
		if len(service.Entrypoint) == 2 {
			script := strings.Replace(service.Entrypoint[1], "/deploy/", "temporal/", 1)
			if _, err := os.Stat(script); err != nil {
				t.Errorf("%s runs %s: %v", name, service.Entrypoint[1], err)
			}
		}
	}
	if mounted == 0 {
		t.Error("nothing is mounted")
	}
}

func TestImage(t *testing.T) {
	dockerfile := read(t, "Dockerfile")
	for _, line := range []string{"-tags external", "./cmd/throughline", "USER 10001:10001", `ENTRYPOINT ["/usr/local/bin/throughline"]`} {
		if !strings.Contains(dockerfile, line) {
			t.Errorf("the Dockerfile lacks %q", line)
		}
	}
	want := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(read(t, "go.mod"))[1]
	if builder := fromLines(t)[0]; !strings.HasPrefix(builder, "golang:"+want+"-") {
		t.Errorf("the image is built by %s, but go.mod asks for Go %s (this is %s)", builder, want, runtime.Version())
	}
}

func fromLines(t *testing.T) []string {
	t.Helper()
	var images []string
	for _, m := range regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(read(t, "Dockerfile"), -1) {
		images = append(images, m[1])
	}
	if len(images) != 2 {
		t.Fatalf("the Dockerfile builds from %v, want a builder and a base", images)
	}
	return images
}

func moduleVersion(t *testing.T, module string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^\s+` + regexp.QuoteMeta(module) + ` (\S+)$`).FindStringSubmatch(read(t, "go.mod"))
	if m == nil {
		t.Fatalf("%s is not in go.mod", module)
	}
	return m[1]
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
