// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.storage.surreal.internal.rpc.QueryFailedException;
import io.peerkit.storage.surreal.internal.session.WebSocketSession;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews a lease while the store is open: three times in its length, so that two may fail. Belongs to the session's thread. */
final class LeaseRenewal {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseRenewal.class);
    private static final int RENEWALS = 3;

    private final Lease lease;
    private final long intervalNanos;
    private final Runnable onLost;
    private volatile boolean stopped;

    LeaseRenewal(Lease lease, Duration length, Runnable onLost) {
        this.lease = lease;
        this.intervalNanos = length.toNanos() / RENEWALS;
        this.onLost = onLost;
    }

    void start(WebSocketSession session) {
        if (!stopped) {
            session.later(() -> renew(session), intervalNanos);
        }
    }

    private void renew(WebSocketSession session) {
        if (stopped) {
            return;
        }
        var unused = lease.renew().whenComplete((done, failure) -> {
            if (failure != null) {
                failed(failure);
            }
            start(session);
        });
    }

    private void failed(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof QueryFailedException refused && refused.error().isThrown(WriteStatements.LOST)) {
            onLost.run();
        } else {
            LOG.debug("a lease was not renewed: {}", cause.getMessage());
        }
    }

    void stop() {
        stopped = true;
    }
}
