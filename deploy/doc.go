// Package deploy holds what runs an installation in containers: scripts and
// settings for the services of docker-compose.yml. It owns no Go code but the
// test that reads docker-compose.yml and Dockerfile the way Docker would, so
// that they cannot drift from the program.
package deploy
