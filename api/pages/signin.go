package pages

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
)

// Cookie holds a browser's session.
const Cookie = "throughline_session"

type signInPage struct {
	frame
	Next  string
	Wrong bool
}

// ShowSignIn asks who is there; afterwards the browser goes on to where it wanted.
func ShowSignIn(c *gin.Context, status int) {
	next := c.Query("next")
	if status == http.StatusUnauthorized {
		next = c.Request.URL.RequestURI()
	}
	show(c, status, "signin.html", signInPage{frame: frame{Title: "Sign in · Throughline"}, Next: local(next)})
}

func (d Deps) signIn(c *gin.Context) {
	next := local(c.PostForm("next"))
	who, ok := d.Admin.Authenticate(strings.TrimSpace(c.PostForm("token")))
	if !ok {
		show(c, http.StatusUnauthorized, "signin.html", signInPage{frame: frame{Title: "Sign in · Throughline"}, Next: next, Wrong: true})
		return
	}
	value, until := d.Sessions.Open(who)
	http.SetCookie(c.Writer, &http.Cookie{ //nolint:gosec // Secure wherever the server is reached by https
		Name: Cookie, Value: value, Path: "/", Expires: until, HttpOnly: true, Secure: d.Secure, SameSite: http.SameSiteStrictMode,
	})
	c.Redirect(http.StatusSeeOther, next)
}

func (d Deps) signOut(c *gin.Context) {
	http.SetCookie(c.Writer, &http.Cookie{ //nolint:gosec // Secure wherever the server is reached by https
		Name: Cookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: d.Secure, SameSite: http.SameSiteStrictMode,
	})
	c.Redirect(http.StatusSeeOther, PathSignIn)
}

// local is the address where it is one of ours, else the status page: nobody is sent elsewhere.
func local(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(next, `\`) {
		return PathStatus
	}
	return u.RequestURI()
}
