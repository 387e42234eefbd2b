/** A service told of new versions. */
export interface ConsumerRecord {
  readonly v: 1;
  readonly name: string;
  readonly owner: string;
  readonly url: string;
  /** Reference of the key that signs what it is told. */
  readonly signingKeyRef: string;
  /** It has to say that it uses the version. */
  readonly mustConfirm: boolean;
}
