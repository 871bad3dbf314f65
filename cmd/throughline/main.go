// Command throughline is a care pathways engine: one binary that serves, checks and simulates.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // deadlines must not depend on what the machine has installed

	"github.com/alecthomas/kong"
)

// version is set when the binary is linked.
var version = "dev"

// commands is the command line.
type commands struct {
	Serve        serveCommand        `cmd:"" help:"Run everything in one process, on the embedded PostgreSQL and Temporal unless DATABASE_URL and TEMPORAL_ADDRESS say otherwise."`
	API          apiCommand          `cmd:"" name:"api" help:"Run the API and the intake only; workers run elsewhere."`
	Worker       workerCommand       `cmd:"" help:"Run the workers only."`
	Migrate      migrateCommand      `cmd:"" help:"Bring the database to this version's schema."`
	New          newCommand          `cmd:"" help:"Begin a pathway: write one with comments, its scenarios and a population, to be changed."`
	Check        checkCommand        `cmd:"" help:"Check pathways, with the scenarios and the population beside them; exit status 1 where one is wrong."`
	Simulate     simulateCommand     `cmd:"" help:"Run a pathway with a virtual clock: for one patient, with the reason for everything, or for a population and its staff."`
	Compare      compareCommand      `cmd:"" help:"Say in words what differs between two versions of a pathway; exit status 1 where they differ."`
	Export       exportCommand       `cmd:"" help:"Write a pathway as a document that can be handed out."`
	Form         formCommand         `cmd:"" help:"Take over forms of other systems."`
	MovePatients movePatientsCommand `cmd:"" name:"move-patients" help:"Move running patients to another version of their pathway: preview, approve, run, pause, roll back."`
	Intake       intakeCommand       `cmd:"" help:"Send HL7 v2 or FHIR files to a running server."`
	Proof        proofCommand        `cmd:"" help:"Show what holds every active enrollment; exit status 1 where one is not held."`
	Token        tokenCommand        `cmd:"" help:"Give people tokens of their own, and take them away."`
	Pathway      pathwayCommand      `cmd:"" help:"Take a version of a pathway through its life on a running server."`
	Part         partCommand         `cmd:"" help:"Take a reusable part of pathways, forms, messages, ladders, steps, through its life on a running server."`
	Doctor       doctorCommand       `cmd:"" help:"Check that what this installation needs is there and answers."`
	Version      versionCommand      `cmd:"" help:"Print the version."`
}

// The exit statuses of every command.
const (
	fine   = 0
	wrong  = 1 // something was found wrong
	unable = 2 // the command could not run
)

// errWrong ends a command that ran and found something wrong, which it has said itself.
var errWrong = errors.New("something is wrong")

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	parser, err := kong.New(&c,
		kong.Name("throughline"),
		kong.Description("Care pathways that nobody falls out of."),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return fail(err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return fail(err)
	}
	switch err := parsed.Run(ctx); {
	case err == nil:
		return fine
	case errors.Is(err, errWrong):
		return wrong
	default:
		return fail(err)
	}
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, "throughline:", err)
	return unable
}

type versionCommand struct{}

// Run prints the version.
func (*versionCommand) Run() error {
	fmt.Println(version) //nolint:forbidigo // this is the command's answer
	return nil
}
