// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.autonat;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.multiformats.PublicAddresses;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides which peer is asked about which address of this node, and what follows from the answers. One that was dialed and
 * brought the nonce confirms an address; three that got no answer there make it unreachable. Everything else says nothing.
 *
 * <p>A state machine without clock, randomness or sockets; not safe for use by many threads.
 */
final class ReachabilityProbe {
    /** The most addresses that are asked about. */
    static final int MAX_ADDRESSES = 8;

    /** How many peers must fail to reach an address. */
    static final int FAILURES = 3;

    /** After which what is known is asked anew, at the earliest and at the latest. */
    static final Duration MIN_REPEAT = Duration.ofMinutes(15);

    /** At the latest. */
    static final Duration MAX_REPEAT = Duration.ofHours(1);

    /** How long one peer is not asked again: it answers three requests a minute. */
    static final Duration PAUSE = Duration.ofSeconds(25);

    /** How long an answer may take. */
    static final Duration TIMEOUT = Duration.ofMinutes(1);

    /** The most peers of which is kept when they were asked last. */
    static final int MAX_PEERS = 1_024;

    private final Map<Multiaddr, Target> targets = new LinkedHashMap<>();
    private final Map<Long, Asked> asked = new HashMap<>();
    private final Map<PeerId, Instant> lastAsked = new LinkedHashMap<>();

    private static final class Target {
        private final Set<PeerId> failedBy = new HashSet<>();
        private final Map<PeerId, Instant> notBefore = new HashMap<>();
        private Instant due = Instant.MIN;
        private boolean isConfirmed;
        private boolean isBeingAsked;

        private boolean mayAsk(PeerId peer, Instant now) {
            notBefore.values().removeIf(when -> !when.isAfter(now));
            return notBefore.size() < MAX_PEERS && !notBefore.containsKey(peer);
        }
    }

    private static final class Asked {
        private final PeerId peer;
        private final Multiaddr address;
        private final Instant until;
        private boolean arrived;

        Asked(PeerId peer, Multiaddr address, Instant until) {
            this.peer = peer;
            this.address = address;
            this.until = until;
        }
    }

    /**
     * What this node may be reached at.
     *
     * @param addresses best first; what is known of those that are no more among them is forgotten
     */
    void candidates(List<Multiaddr> addresses) {
        List<Multiaddr> wanted = addresses.stream().limit(MAX_ADDRESSES).toList();
        targets.keySet().retainAll(wanted);
        wanted.forEach(address -> targets.computeIfAbsent(address, unused -> new Target()));
    }

    /** The network is another: nothing is known any more. */
    void networkChanged() {
        targets.values().clear();
        asked.clear();
    }

    /**
     * What to ask a peer now, if anything.
     *
     * @param from where the peer is
     * @param nonce random
     * @return the address to be dialed
     */
    Optional<Multiaddr> next(PeerId peer, InetAddress from, long nonce, Instant now) {
        expire(now);
        if (lastAsked.containsKey(peer) || asked.containsKey(nonce)) {
            return Optional.empty();
        }
        for (Map.Entry<Multiaddr, Target> each : targets.entrySet()) {
            Target target = each.getValue();
            boolean isElsewhere = !PublicAddresses.isPublic(each.getKey()) || PublicAddresses.isPublic(from);
            if (isElsewhere && !target.isBeingAsked && target.mayAsk(peer, now) && !target.due.isAfter(now)) {
                target.isBeingAsked = true;
                asked.put(nonce, new Asked(peer, each.getKey(), now.plus(TIMEOUT)));
                if (lastAsked.size() < MAX_PEERS) {
                    lastAsked.put(peer, now);
                }
                return Optional.of(each.getKey());
            }
        }
        return Optional.empty();
    }

    private void expire(Instant now) {
        lastAsked.values().removeIf(when -> !when.plus(PAUSE).isAfter(now));
        asked.values().removeIf(each -> {
            boolean isOver = !each.until.isAfter(now);
            if (isOver) {
                target(each).ifPresent(target -> target.isBeingAsked = false);
            }
            return isOver;
        });
    }

    private Optional<Target> target(Asked question) {
        return Optional.ofNullable(targets.get(question.address));
    }

    /**
     * Somebody has dialed this node and brought a nonce.
     *
     * @param from where the dial came from
     * @return whether it was asked for. From within this node's own network it says nothing about the internet
     */
    boolean arrived(long nonce, PeerId peer, InetAddress from, Instant now) {
        expire(now);
        Asked question = asked.get(nonce);
        if (question == null
                || !question.peer.equals(peer)
                || (PublicAddresses.isPublic(question.address) && !PublicAddresses.isPublic(from))) {
            return false;
        }
        question.arrived = true;
        return true;
    }

    /**
     * A peer has answered, or will not.
     *
     * @param nonce of the question
     * @param answer what it said; empty when it said nothing
     * @param random at least 0 and less than 1
     * @return whether the address was reached; empty when nothing follows
     */
    Optional<Boolean> answered(long nonce, Optional<AutonatMessage.DialResponse> answer, double random, Instant now) {
        Asked question = asked.remove(nonce);
        Target target = question == null ? null : targets.get(question.address);
        if (question == null || target == null) {
            return Optional.empty();
        }
        target.isBeingAsked = false;
        boolean isAboutIt = answer.filter(said -> said.status() == ResponseStatus.OK && said.index() == 0)
                .isPresent();
        DialStatus dialed = answer.filter(said -> isAboutIt)
                .map(AutonatMessage.DialResponse::dialed)
                .orElse(DialStatus.UNUSED);
        if (dialed == DialStatus.OK && question.arrived) {
            target.isConfirmed = true;
            target.failedBy.clear();
            target.due = later(random, now);
            return Optional.of(true);
        }
        target.notBefore.put(question.peer, later(random, now));
        if (dialed == DialStatus.DIAL_ERROR && !question.arrived) {
            target.failedBy.add(question.peer);
            if (target.failedBy.size() >= FAILURES) {
                target.isConfirmed = false;
                target.due = later(random, now);
            }
            return Optional.of(false);
        }
        return Optional.empty();
    }

    private static Instant later(double random, Instant now) {
        long span = MAX_REPEAT.minus(MIN_REPEAT).toMillis();
        return now.plus(MIN_REPEAT).plusMillis((long) (random * span));
    }

    /** The addresses at which somebody was reached. */
    List<Multiaddr> confirmed() {
        return targets.entrySet().stream()
                .filter(each -> each.getValue().isConfirmed)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The addresses at which three peers got no answer since somebody did. */
    List<Multiaddr> unreachable() {
        return targets.entrySet().stream()
                .filter(each -> each.getValue().failedBy.size() >= FAILURES)
                .map(Map.Entry::getKey)
                .toList();
    }
}
