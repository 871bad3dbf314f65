package main

import (
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"throughline/app"
	"throughline/identity"
)

// tokenCommand gives named people tokens, so that what two people do is done by two.
type tokenCommand struct {
	Create tokenCreateCommand `cmd:"" help:"Give a person a token of their own. It is printed once, and kept as a hash."`
	List   tokenListCommand   `cmd:"" help:"List who has a token."`
	Revoke tokenRevokeCommand `cmd:"" help:"Take a person's token away."`
}

// tokens is where the tokens are kept.
type tokens struct {
	Data string `help:"The data directory of the server." default:".throughline" env:"THROUGHLINE_DATA" type:"path"`
}

func (t tokens) people() *identity.People {
	return identity.OpenPeople(filepath.Join(t.Data, app.TokensFile))
}

type tokenCreateCommand struct {
	tokens
	Name string `help:"The person's name." required:"" placeholder:"NAME"`
	Role string `help:"The role they act in." default:"author" placeholder:"ROLE"`
}

// Help gives examples.
func (*tokenCreateCommand) Help() string {
	return `Examples:
  throughline token create --name "Ada Vela" --role nurse
  THROUGHLINE_TOKEN=$(throughline token create --name "Ada Vela" --role nurse)`
}

// Run makes a token and prints it, and nothing else, so that a script can take it.
func (c *tokenCreateCommand) Run() error {
	if err := os.MkdirAll(c.Data, 0o750); err != nil {
		return fmt.Errorf("making the data directory: %w", err)
	}
	token, person, err := c.people().Add(c.Name, c.Role, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%s (%s) acts as %s. This is the only time the token is shown:\n", person.Name, person.Role, person.ID)
	fmt.Fprintln(os.Stdout, token)
	return nil
}

type tokenListCommand struct{ tokens }

// Run lists people, never tokens.
func (c *tokenListCommand) Run() error {
	people, err := c.people().List()
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "ID\tNAME\tROLE\tSINCE")
	for _, p := range people {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", p.ID, p.Name, p.Role, p.CreatedAt.Format(time.DateOnly))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the list: %w", err)
	}
	return nil
}

type tokenRevokeCommand struct {
	tokens
	Name string `help:"The person's name or id." required:"" placeholder:"NAME"`
}

// Run takes the token away; a running server knows at once.
func (c *tokenRevokeCommand) Run() error {
	if err := c.people().Remove(c.Name); err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "%s has no token any more\n", c.Name)
	return nil
}
