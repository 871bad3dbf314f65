package main

import (
	"context"
	"fmt"
	"os"

	"throughline/app"
)

// Run asks every part that the settings name, and says how each is.
func (c *doctorCommand) Run(ctx context.Context) error {
	cfg, err := c.config(listening{})
	if err != nil {
		return err
	}
	bad := false
	for _, finding := range app.Examine(ctx, cfg) {
		mark := "ok     "
		if finding.Err != nil {
			mark, bad = "WRONG  ", true
		}
		fmt.Fprintf(os.Stdout, "%s%s: %s\n", mark, finding.Part, finding.Says())
	}
	if bad {
		return errWrong
	}
	return nil
}
