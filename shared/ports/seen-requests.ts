/** Signatures of requests that were taken, each for as long as its own time would let it in again. */
export interface SeenRequests {
  /**
   * True to the first who notes a signature, false to everybody after him until `untilMs` has passed. What has passed goes
   * by itself: there are never more than were taken in twice the window.
   */
  note(signature: string, untilMs: number): Promise<boolean>;
}
