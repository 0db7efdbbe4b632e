import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** Makes E.164 of a phone number, or `null`. Numbers without a country code are read as those of `defaultCountry`. */
export function createPhoneReader(defaultCountry: string | undefined): (sent: string) => string | null {
  const country = defaultCountry === undefined ? undefined : supported(defaultCountry);
  return (sent) => {
    const phone = parsePhoneNumberFromString(sent, country);
    return phone?.isValid() === true ? phone.number : null;
  };
}

function supported(country: string): CountryCode {
  if (isSupportedCountry(country)) return country;
  throw new Error(`The default country of phone numbers is no ISO 3166 code such as DE or US: ${country}`);
}
