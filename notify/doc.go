// Package notify is how a rendered message leaves the house: the words every channel shares (Message,
// Result, Channel) and the rules a message obeys before any channel sees it.
//
// A channel knows recipients and text. It must not know patients, pathways, the database or Temporal:
// who is written to, in which words, and whether that is allowed is decided before it is asked.
//
// A delivery ends in one of three ways. Sent: the other side accepted. Failed: it certainly did not
// accept, so trying again can do no harm. Unknown: the message was handed over whole and no answer
// came back, so it may have been accepted; a person decides, nothing repeats it.
package notify
