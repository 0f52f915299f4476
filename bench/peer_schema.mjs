// What the questions of the benchmark need of the schema, in its names, so that both servers get the same documents.
export const typeDefs = `
scalar PersonalNumber
scalar Cursor
scalar ParcelId
input BoundingBox { west: Float! south: Float! east: Float! north: Float! }
type Query {
  citizen(pin: PersonalNumber!): Citizen
  citizens(pins: [PersonalNumber!]!): [Citizen]
  parcelsWithin(bbox: BoundingBox!, first: Int!): ParcelConnection
}
type Citizen {
  pin: PersonalNumber fullName: String otherNames: [String!] dateOfBirth: String sex: String
  birthPlace: AdministrativeUnit nationalities: [String!] occupation: String
  maritalStatus: String ethnicity: String religion: String bloodType: String vitalStatus: String
  contact: Contact identityCards: [IdentityCard!] residences: [Residence!] household: Household
  landRights(first: Int!): LandRightConnection enterpriseRoles: [EnterpriseRole!]
}
type AdministrativeUnit { code: String! name: String }
type Address { unit: AdministrativeUnit! detail: String }
type Contact { mobile: String email: String }
type IdentityCard { kind: String issuedOn: String expiresOn: String status: String }
type Residence { kind: String validFrom: String address: Address }
type Household { code: String members: [HouseholdMember!] }
type HouseholdMember { relationToHead: String person: Citizen }
type EnterpriseRole { kind: String since: String enterprise: Enterprise }
type Enterprise { code: String! name: String status: String }
union Holder = Citizen | Enterprise
type Share { numerator: Int! denominator: Int! }
type LandRight { kind: String share: Share holder: Holder parcel: Parcel }
type LandRightEdge { node: LandRight! }
type LandRightConnection { edges: [LandRightEdge!]! }
type Parcel {
  id: ParcelId! sheet: Int number: Int legalArea: Float addressDetail: String status: String
  landRights(first: Int!): LandRightConnection
}
type ParcelEdge { node: Parcel! }
type PageInfo { hasNextPage: Boolean! endCursor: Cursor }
type ParcelConnection { edges: [ParcelEdge!]! pageInfo: PageInfo! }
`;
