package main

type simulateCommand struct{}

func (simulateCommand) Run() error { return nil }
