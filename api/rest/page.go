package rest

import "throughline/store"

// Page asks for one page of a list.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many items at most"`
	Cursor string `query:"cursor" maxLength:"1000" doc:"What the page before gave as next_cursor"`
}

// Store is the page as the store asks for it.
func (p Page) Store() store.Page { return store.Page{Limit: p.Limit, Cursor: p.Cursor} }

// List is one page of a list.
type List[T any] struct {
	Items      []T    `json:"items" nullable:"false"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Asks for the page after this one; absent on the last"`
}

// Listed is the answer with one page of a list.
type Listed[T any] struct{ Body List[T] }

// ListOf answers with one page of a list.
func ListOf[T any](items []T, next string, err error) (*Listed[T], error) {
	if err != nil {
		return nil, err
	}
	if items == nil {
		items = []T{}
	}
	return &Listed[T]{Body: List[T]{Items: items, NextCursor: next}}, nil
}

// One is the answer with one item.
type One[T any] struct{ Body T }

// OneOf answers with one item.
func OneOf[T any](item T, err error) (*One[T], error) {
	if err != nil {
		return nil, err
	}
	return &One[T]{Body: item}, nil
}

// ByID asks for one item.
type ByID struct {
	ID string `path:"id" maxLength:"64" doc:"The id"`
}
