-- What PostGraphile is told of the tables, in its own words (smart comments), and the way in that no table has.
-- No foreign key crosses the borders of the registers, and some land is held by persons whom identity does not know;
-- so the relations are told instead of enforced.

comment on table identity.citizens is $$
@foreignKey (birth_place_code, birth_place_scheme) references identity.administrative_units (code, scheme)|@fieldName birthPlace|@behavior -backwards
@foreignKey (pin) references identity.contacts (pin)|@fieldName contact|@behavior -backwards
@foreignKey (pin) references population.persons (pin)|@fieldName person|@behavior -backwards
$$;
comment on table identity.identity_cards is $$
@foreignKey (pin) references identity.citizens (pin)|@foreignSimpleFieldName identityCards
$$;
comment on table population.persons is $$
@foreignKey (household_code) references population.households (code)|@fieldName household|@behavior -backwards
$$;
create view population.present_residences as
  select * from population.residences
  where valid_from <= current_date and (valid_until is null or valid_until > current_date);
comment on view population.present_residences is $$
@primaryKey pin,surrogate
@foreignKey (pin) references identity.citizens (pin)|@foreignSimpleFieldName residences
@foreignKey (unit_code, unit_scheme) references identity.administrative_units (code, scheme)|@fieldName unit|@behavior -backwards
$$;
comment on table population.household_members is $$
@foreignKey (household_code) references population.households (code)|@foreignSimpleFieldName members
@foreignKey (pin) references identity.citizens (pin)|@fieldName person|@behavior -backwards
$$;
comment on table land.land_rights is $$
@foreignKey (parcel_id) references land.parcels (id)|@fieldName parcel|@foreignSimpleFieldName landRights
@foreignKey (holder_pin) references identity.citizens (pin)|@fieldName citizen|@foreignSimpleFieldName landRights
@foreignKey (holder_enterprise) references enterprises.enterprises (code)|@fieldName enterprise|@behavior -backwards
$$;
comment on table enterprises.roles is $$
@foreignKey (pin) references identity.citizens (pin)|@foreignSimpleFieldName roles
@foreignKey (enterprise_code) references enterprises.enterprises (code)|@fieldName enterprise|@behavior -backwards
$$;

create type land.bounding_box as (
  west double precision, south double precision, east double precision, north double precision
);

-- Materialized, or a limit from outside would have all parcels read in their order until enough are in the window.
create function land.parcels_within(bbox land.bounding_box) returns setof land.parcels
language sql stable as $$
  with hits as materialized (
    select * from land.parcels p
    where p.status = 'ACTIVE'
      and p.bounding_box && box(point((bbox).east, (bbox).north), point((bbox).west, (bbox).south))
  )
  select * from hits order by surrogate
$$;
comment on function land.parcels_within is '@behavior +connection -list';
