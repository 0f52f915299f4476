"""The second schema, `/office/graphql`: what officers, agencies and citizens see and change. Reads no register."""
