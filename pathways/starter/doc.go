// Package starter owns the files that the author of a new pathway begins with: a complete pathway
// with comments, its scenarios and a population to simulate it with. It must not know what checks,
// plays or publishes them.
package starter
