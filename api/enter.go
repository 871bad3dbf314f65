package api

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"throughline/api/pages"
	"throughline/api/rest"
	"throughline/care"
)

// public are the routes that need no sign-in. Everything else does, also what does not exist.
var public = map[string]bool{
	"/healthz": true, "/readyz": true, pages.PathPartner: true, pages.PathPatient: true, pages.PathSignIn: true,
}

// watched are the routes that a watchdog asks again and again; they cost nothing.
var watched = map[string]bool{"/healthz": true, "/readyz": true}

// foreign lets no other site act by a browser's session. The partner's page is no concern of it: its
// address is its key, and no cookie helps; and as its address is sent nowhere, old phones name no
// origin there.
var foreign = http.NewCrossOriginProtection()

// enter lets in who has signed in, each as often as is fair.
func (g *gate) enter(c *gin.Context) {
	ctx := c.Request.Context()
	req := rest.From(ctx)
	who, bySession, known := g.who(c)
	if bySession || c.FullPath() == pages.PathSignIn {
		if err := foreign.Check(c.Request); err != nil {
			g.refuse(c, rest.NewProblem(ctx, http.StatusForbidden, "The request comes from another site."))
			return
		}
	}
	if !watched[c.FullPath()] && !g.mayPass(c, who, known) {
		return
	}
	if known {
		req.Actor = who
	}
	if !known && !public[c.FullPath()] {
		g.askWho(c)
		return
	}
	c.Next()
}

// who tells who asks, and whether a browser's session says so.
func (g *gate) who(c *gin.Context) (who care.Actor, bySession, known bool) {
	if header := c.GetHeader("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "bearer") {
			return care.Actor{}, false, false
		}
		who, known = g.c.Admin.Authenticate(strings.TrimSpace(token))
		return who, false, known
	}
	cookie, err := c.Cookie(pages.Cookie)
	if err != nil || cookie == "" {
		return care.Actor{}, false, false
	}
	who, known = g.c.Sessions.Who(cookie)
	return who, known, known
}

// mayPass takes one from the caller's allowance, or answers 429.
func (g *gate) mayPass(c *gin.Context, who care.Actor, known bool) bool {
	wait, ok := g.limiter.takeAs(c.ClientIP(), who, known)
	if ok {
		return true
	}
	seconds := int(wait.Seconds()) + 1
	c.Header("Retry-After", strconv.Itoa(seconds))
	g.refuse(c, rest.NewProblem(c.Request.Context(), http.StatusTooManyRequests, "Too many requests. Wait "+strconv.Itoa(seconds)+" s."))
	return false
}

// askWho answers a stranger: a browser with the sign-in page, a program with 401.
func (g *gate) askWho(c *gin.Context) {
	isPage := c.Request.Method == http.MethodGet && strings.Contains(c.GetHeader("Accept"), "text/html")
	if isPage {
		pages.ShowSignIn(c, http.StatusUnauthorized)
		c.Abort()
		return
	}
	c.Header("WWW-Authenticate", `Bearer realm="throughline"`)
	g.refuse(c, rest.NewProblem(c.Request.Context(), http.StatusUnauthorized, "Sign in first: send the token as Authorization: Bearer."))
}
