// Package pages is what people see without the web app: the status page, the local mailbox, the
// API's documentation, the page by which a community partner answers a referral, and the one on which a
// patient answers questions. All are plain
// HTML, work without script and load nothing from elsewhere.
//
// It must not know how a pathway goes on: a partner's answer becomes an event like any other.
package pages
