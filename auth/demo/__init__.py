"""Demo mode: invented agencies, clients and citizens, and the provider at which they sign in."""
