package roles

import (
	"net/mail"

	"throughline/care"
)

// checkAddress refuses what is neither empty nor one bare address.
func checkAddress(email string) error {
	if email == "" {
		return nil
	}
	if parsed, err := mail.ParseAddress(email); err != nil || parsed.Address != email {
		return care.Errorf(care.Invalid, "write one e-mail address, like team@hospital.example").At("email")
	}
	return nil
}
