"""Citizens: how they sign in, what they allow portals to read of them, and how they take it back.

A portal pushes its request (`auth.oauth.par`) and sends the citizen's browser here. The citizen signs in at an identity
provider, is shown what is asked, in whose name and until when, and says yes or no; the browser goes back to the portal
with a code. Pages are in `console.citizens`; here is what they rest on.

    provider.py        the identity provider, asked as an OpenID Connect client that takes nothing on trust
    id_tokens.py       what an ID token must say before it counts
    sign_ins.py        sign-ins under way: each belongs to one browser and is answered once
    sessions.py        citizens who are signed in
    asked.py           a pushed request, as a citizen has to understand it
    representation.py  for which children somebody may act, and until when
    consents.py        what was allowed, by whom, until when; and how it is withdrawn
    answers.py         yes or no: the consent, the code, and where the browser goes
    desk.py            what all of these work with, of one process
"""
