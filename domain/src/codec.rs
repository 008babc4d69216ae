//! Between an event and its stored form (type name, payload): the payload is the variant's content alone, and is
//! decoded straight into the variant, without an intermediate value.

use crate::event::Recorded;
use serde::de::{
    DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, VariantAccess, Visitor,
};

/// The payload of `event`.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn encode<E: Recorded>(event: &E) -> Result<Vec<u8>, serde_json::Error> {
    let tagged = serde_json::to_vec(event)?;
    // `{"<type>":<content>}`: serde's external tag, of which only the content is kept.
    let start = event.type_name().len() + 4;
    match tagged.get(start..tagged.len().saturating_sub(1)) {
        Some(content)
            if tagged.get(1..start - 1)
                == Some(format!("\"{}\"", event.type_name()).as_bytes()) =>
        {
            Ok(content.to_vec())
        }
        _ => Err(serde::ser::Error::custom(
            "an event's serde name must be its type name",
        )),
    }
}

/// The event of that type name with that payload.
///
/// # Errors
/// If the type is unknown or the payload does not fit it.
pub fn decode<E: DeserializeOwned>(
    type_name: &str,
    payload: &[u8],
) -> Result<E, serde_json::Error> {
    E::deserialize(Tagged { type_name, payload })
}

struct Tagged<'a> {
    type_name: &'a str,
    payload: &'a [u8],
}

impl<'de> serde::Deserializer<'de> for Tagged<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::custom("an event is an enum"))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for Tagged<'de> {
    type Error = serde_json::Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), Self::Error> {
        let tag: serde::de::value::StrDeserializer<'_, serde_json::Error> =
            self.type_name.into_deserializer();
        Ok((seed.deserialize(tag)?, self))
    }
}

impl<'de> VariantAccess<'de> for Tagged<'de> {
    type Error = serde_json::Error;

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, Self::Error> {
        let mut json = serde_json::Deserializer::from_slice(self.payload);
        let value = seed.deserialize(&mut json)?;
        json.end()?;
        Ok(value)
    }

    fn unit_variant(self) -> Result<(), Self::Error> {
        Err(serde::de::Error::custom("an event carries content"))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _len: usize,
        _visitor: V,
    ) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::custom("an event carries one content"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::custom("an event carries one content"))
    }
}
