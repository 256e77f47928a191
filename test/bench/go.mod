module spillway.test/bench

go 1.24
