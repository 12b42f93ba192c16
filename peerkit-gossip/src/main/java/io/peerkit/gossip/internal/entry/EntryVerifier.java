// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.reconcile.EntryView;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * Decides about entries that peers send: right, too early, or refused for a reason.
 *
 * <p>In two steps, so that a known entry costs no proof: {@link #open} decodes and names it, {@link #check} proves it. For
 * one thread.
 */
public final class EntryVerifier {
    private final Agent agent;
    private final NetworkId network;
    private final long maxDriftMillis;
    private final Sha256 sha = new Sha256();
    private final MerkleTree tree = new MerkleTree();
    private final RootCache roots = new RootCache();

    /** A verdict. */
    public sealed interface Checked permits Valid, Held, Refused {}

    /** All is right. */
    public record Valid() implements Checked {}

    /**
     * All is right, but its time lies in the future.
     *
     * @param untilMillis when the local clock has come near enough, in milliseconds since 1970
     */
    public record Held(long untilMillis) implements Checked {}

    /**
     * It will never be right.
     *
     * @param reason why
     */
    public record Refused(Refusal reason) implements Checked {}

    private static final Valid VALID = new Valid();

    /**
     * @param agent checks signatures
     * @param network where entries must belong
     * @param maxDrift how far in the future an entry's time may lie
     */
    public EntryVerifier(Agent agent, NetworkId network, Duration maxDrift) {
        this.agent = agent;
        this.network = network;
        this.maxDriftMillis = maxDrift.toMillis();
    }

    /**
     * Decodes an entry and names it.
     *
     * @return nothing when it is malformed
     */
    public Optional<OpenedEntry> open(WireEntry wire) {
        try {
            EntryEnvelope envelope = EntryCodec.decodeEnvelope(wire.envelope());
            DecodedHeader read = EntryCodec.decodeHeader(envelope.header());
            byte[] id = sha.hash(envelope.header());
            return Optional.of(new OpenedEntry(EntryId.of(id), id, read.header(), read.isUnderstood(), envelope, wire));
        } catch (InvalidBytesException e) {
            return Optional.empty();
        }
    }

    /**
     * Proves an entry.
     *
     * @param nowMillis the local clock in milliseconds since 1970
     */
    public Checked check(OpenedEntry entry, long nowMillis) {
        return check(entry, true, nowMillis);
    }

    /**
     * Proves an entry that came without its blob.
     *
     * @param nowMillis the local clock in milliseconds since 1970
     */
    public Checked checkWithoutBlob(OpenedEntry entry, long nowMillis) {
        return check(entry, false, nowMillis);
    }

    private Checked check(OpenedEntry entry, boolean withBlob, long nowMillis) {
        EntryHeader header = entry.header();
        if (!header.network().equals(network)) {
            return new Refused(Refusal.WRONG_NETWORK);
        }
        if (header.epoch() < 1) {
            return new Refused(Refusal.WRONG_EPOCH);
        }
        boolean delete = entry.understood() && header.kind() == EntryHeader.KIND_DELETE;
        if (delete && (header.links().isEmpty() || header.blobSize() != 0)) {
            return new Refused(Refusal.WRONG_DELETE);
        }
        if (header.time() == EntryView.RESERVED_TIME) {
            return new Refused(Refusal.WRONG_TIME);
        }
        if (withBlob && header.blobSize() != entry.wire().blob().length) {
            return new Refused(Refusal.WRONG_SIZE);
        }
        if (withBlob
                && !Arrays.equals(
                        sha.hash(entry.wire().blob()), header.blobHash().toBytes())) {
            return new Refused(Refusal.WRONG_HASH);
        }
        if (withBlob
                && header.kind() == EntryHeader.KIND_LARGE_BLOB
                && !BlobManifest.isValid(entry.wire().blob())) {
            return new Refused(Refusal.WRONG_MANIFEST);
        }
        if (!isSigned(entry)) {
            return new Refused(Refusal.WRONG_SIGNATURE);
        }
        long untilMillis = HybridClock.millis(header.time()) - maxDriftMillis;
        return untilMillis > nowMillis ? new Held(untilMillis) : VALID;
    }

    private boolean isSigned(OpenedEntry entry) {
        EntryEnvelope envelope = entry.envelope();
        byte[] root;
        try {
            root = tree.root(entry.idBytes(), envelope.index(), envelope.size(), envelope.path());
        } catch (InvalidBytesException e) {
            return false;
        }
        if (roots.contains(entry.header().author(), root, envelope.signature())) {
            return true;
        }
        if (!agent.verify(entry.header().author(), EntrySignature.message(root), envelope.signature())) {
            return false;
        }
        roots.add(entry.header().author(), root, envelope.signature());
        return true;
    }
}
