module spillway.test/interop

go 1.24
