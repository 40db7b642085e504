// The first source of this layer replaces this file.
