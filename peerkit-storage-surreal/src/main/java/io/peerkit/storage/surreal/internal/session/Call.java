// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** A request on its way, with what the machine has to know to try it again. Belongs to the session's thread. */
final class Call {
    /** What may be done when it is not known whether a call was carried out. */
    enum Repeat {
        /** Send it again. */
        ANYWHERE,
        /** Nothing: it belongs to a transaction that ended with its socket. */
        NEVER
    }

    private final String method;
    private final List<Object> params;
    private final Repeat repeat;
    private final Optional<UUID> transaction;
    private final OptionalInt link;
    private final long linkAttempt;
    private final CompletableFuture<Object> answer = new CompletableFuture<>();

    /** How often it lost a race. */
    int conflicts;

    /** Whether the server refused it as from somebody it does not know, after which we signed in again. */
    boolean signedInAgain;

    /** Until when it is tried. */
    long deadline;

    /** The request's number, 0 before it was sent. */
    long id;

    /** Encoded once, sent as often as it takes; empty before. */
    byte[] frame = {};

    /** Over which connection it was sent last. */
    Place place = new Place(-1, 0);

    private Call(
            String method,
            List<Object> params,
            Repeat repeat,
            Optional<UUID> transaction,
            OptionalInt link,
            long linkAttempt) {
        this.method = method;
        this.params = params;
        this.repeat = repeat;
        this.transaction = transaction;
        this.link = link;
        this.linkAttempt = linkAttempt;
    }

    /** A query that may go over any socket, again and again. */
    static Call query(Query query) {
        return new Call(
                "query",
                List.of(query.statements(), query.variables()),
                Repeat.ANYWHERE,
                Optional.empty(),
                OptionalInt.empty(),
                0);
    }

    /** A request that is sent once, over whichever socket. */
    static Call once(String method, List<Object> params) {
        return new Call(method, params, Repeat.NEVER, Optional.empty(), OptionalInt.empty(), 0);
    }

    /** A request that only makes sense on one connection. */
    static Call on(Place place, String method, List<Object> params, Optional<UUID> transaction) {
        return new Call(method, params, Repeat.NEVER, transaction, OptionalInt.of(place.link()), place.attempt());
    }

    /**
     * A connection.
     *
     * @param link which socket
     * @param attempt which of its connections
     */
    record Place(int link, long attempt) {}

    String method() {
        return method;
    }

    List<Object> params() {
        return params;
    }

    Optional<UUID> transaction() {
        return transaction;
    }

    boolean repeatable() {
        return repeat == Repeat.ANYWHERE;
    }

    boolean isPinned() {
        return link.isPresent();
    }

    boolean fits(int candidate, long attempt) {
        return link.isEmpty() || (link.getAsInt() == candidate && linkAttempt == attempt);
    }

    int pinnedLink() {
        return link.orElseThrow();
    }

    CompletableFuture<Object> answer() {
        return answer;
    }
}
