import { UserRefreshClient } from "google-auth-library";

/**
 * What Google's clients ask for access tokens, holding one that never ends: nothing is
 * fetched. Each client has a google-auth-library of its own version, which is its `Client`.
 */
export function tokenHolder<Client>(token: string): Client {
  const client = new UserRefreshClient();
  client.setCredentials({ access_token: token });
  return client as Client;
}
