/** What `rekey init` writes. It is itself without a mistake. */
export const STARTER = `# yaml-language-server: $schema=./node_modules/rekey/schema/rekey.v1.schema.json
# What Rekey looks after. \`rekey apply\` shows what this file changes before it changes anything, and never rotates.
version: 1

# Who may act. Re-opening a fenced class takes two people's signatures by these keys.
people: {}
#  ada:
#    user: ada                      # user name on this machine
#    sshKeys: ["ssh-ed25519 AAAA…"]

# The systems that accept the credentials.
targets:
  main-db:
    kind: postgres
    connection: { host: 127.0.0.1, port: 5432, database: postgres, tls: disable }
    admins:                         # by reference; the second serves when the first could have been read
      - { user: postgres, password: "vault://admin/main-db" }

# Secrets rotated, approved and revoked under one policy. Admin credentials are in a class of their own.
classes:
  payments: { owner: payments-team, maxAge: 30d, breakGlass: { deadline: 15m } }
  admins: { owner: platform-team, maxAge: 90d }

# Services that are told of new versions: reference and version, never the value.
consumers: {}
#  checkout:
#    owner: payments-team
#    webhook: { url: "https://checkout.example/rekey", signingKey: "vault://webhooks/checkout" }
#    confirm: true                  # it has to say that it uses the new version
#  worker:                          # or exec, or sns on AWS, or file: docs/consumers.md
#    owner: payments-team
#    exec: { command: [/usr/bin/systemctl, reload, worker] }

# One line a secret: one class, one tenant. Without a target it is a value that people put by hand.
secrets:
  - { ref: "vault://admin/main-db", class: admins, tenant: platform }
  - { ref: "vault://prod/payments/ledger", class: payments, tenant: acme, target: main-db, account: { role: ledger } }
`;
