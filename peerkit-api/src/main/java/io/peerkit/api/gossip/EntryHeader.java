// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.gossip;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an author signs about a blob.
 *
 * @param network where the entry belongs
 * @param author who signed it
 * @param time hybrid logical time: 48 bits of milliseconds since 1970 above a 16-bit counter, unsigned
 * @param epoch the label of the epoch in which it was made, from 1
 * @param topic what it is about, where the distribution strategy wants to know; 1 to {@value #MAX_TOPIC_LENGTH} characters
 * @param kind what it is: {@link #KIND_BLOB}, {@link #KIND_LARGE_BLOB}, {@link #KIND_DELETE}, or one that a later version knows
 * @param blobHash names the blob
 * @param blobSize the blob's length in bytes
 * @param links entries that this one builds on, or that it deletes, at most {@value #MAX_LINKS}
 * @param origin the entry that this one issues anew, where its epoch was closed without it
 * @param recipients to whom it is addressed, where the distribution strategy wants to know, at most {@value #MAX_RECIPIENTS}
 * @param replicas how many agents should hold it, where its author asks for another number than the network's distribution
 *     strategy gives; 1 to {@value #MAX_REPLICAS}
 */
public record EntryHeader(
        NetworkId network,
        AgentId author,
        long time,
        long epoch,
        Optional<String> topic,
        int kind,
        BlobHash blobHash,
        int blobSize,
        List<EntryId> links,
        Optional<EntryId> origin,
        List<AgentId> recipients,
        OptionalInt replicas) {
    /** An entry that carries an application's blob. */
    public static final int KIND_BLOB = 0;

    /**
     * An entry that stands for a blob of more than a megabyte: the blob in it is the manifest of the large one, which travels
     * in chunks of its own.
     */
    public static final int KIND_LARGE_BLOB = 1;

    /** An entry without content that deletes those it links to. */
    public static final int KIND_DELETE = 2;

    /** The longest topic in characters. */
    public static final int MAX_TOPIC_LENGTH = 128;

    /** The most links. */
    public static final int MAX_LINKS = 64;

    /** The most recipients: a conversation, not a mailing list, which is a topic. */
    public static final int MAX_RECIPIENTS = 16;

    /** The most replicas that an author may ask for: beyond that the whole network may as well hold it. */
    public static final int MAX_REPLICAS = 32;

    /**
     * A header of an entry that is new.
     *
     * @param network where the entry belongs
     * @param author who signed it
     * @param time hybrid logical time
     * @param epoch the label
     * @param topic what it is about
     * @param kind what it is
     * @param blobHash names the blob
     * @param blobSize the blob's length in bytes
     * @param links entries that this one builds on, or that it deletes
     */
    public EntryHeader(
            NetworkId network,
            AgentId author,
            long time,
            long epoch,
            Optional<String> topic,
            int kind,
            BlobHash blobHash,
            int blobSize,
            List<EntryId> links) {
        this(network, author, time, epoch, topic, kind, blobHash, blobSize, links, Optional.empty());
    }

    /**
     * A header that leaves to the strategy how many agents hold the entry.
     *
     * @param network where the entry belongs
     * @param author who signed it
     * @param time hybrid logical time
     * @param epoch the label
     * @param topic what it is about
     * @param kind what it is
     * @param blobHash names the blob
     * @param blobSize the blob's length in bytes
     * @param links entries that this one builds on, or that it deletes
     * @param origin the entry that this one issues anew
     */
    public EntryHeader(
            NetworkId network,
            AgentId author,
            long time,
            long epoch,
            Optional<String> topic,
            int kind,
            BlobHash blobHash,
            int blobSize,
            List<EntryId> links,
            Optional<EntryId> origin) {
        this(network, author, time, epoch, topic, kind, blobHash, blobSize, links, origin, List.of());
    }

    /**
     * The header of an entry that issues one anew: all the same but for these.
     *
     * @param newTime hybrid logical time
     * @param newEpoch the label
     * @param first the entry that is issued anew
     * @return the header
     */
    public EntryHeader anew(long newTime, long newEpoch, EntryId first) {
        return new EntryHeader(
                network,
                author,
                newTime,
                newEpoch,
                topic,
                kind,
                blobHash,
                blobSize,
                links,
                Optional.of(first),
                recipients,
                replicas);
    }

    /**
     * A header of an entry that is addressed to some agents.
     *
     * @param network where the entry belongs
     * @param author who signed it
     * @param time hybrid logical time
     * @param epoch the label
     * @param topic what it is about
     * @param kind what it is
     * @param blobHash names the blob
     * @param blobSize the blob's length in bytes
     * @param links entries that this one builds on, or that it deletes
     * @param origin the entry that this one issues anew
     * @param recipients to whom it is addressed
     */
    public EntryHeader(
            NetworkId network,
            AgentId author,
            long time,
            long epoch,
            Optional<String> topic,
            int kind,
            BlobHash blobHash,
            int blobSize,
            List<EntryId> links,
            Optional<EntryId> origin,
            List<AgentId> recipients) {
        this(
                network,
                author,
                time,
                epoch,
                topic,
                kind,
                blobHash,
                blobSize,
                links,
                origin,
                recipients,
                OptionalInt.empty());
    }

    /** Checks the bounds. */
    public EntryHeader {
        links = List.copyOf(links);
        recipients = List.copyOf(recipients);
        if (recipients.size() > MAX_RECIPIENTS) {
            throw new InvalidBytesException(
                    "entry with " + recipients.size() + " recipients, at most " + MAX_RECIPIENTS);
        }
        if (links.size() > MAX_LINKS) {
            throw new InvalidBytesException("entry with " + links.size() + " links, at most " + MAX_LINKS);
        }
        if (topic.isPresent() && (topic.get().isEmpty() || topic.get().length() > MAX_TOPIC_LENGTH)) {
            throw new InvalidBytesException(
                    "topic of " + topic.get().length() + " characters, must have 1 to " + MAX_TOPIC_LENGTH);
        }
        if (replicas.isPresent() && (replicas.getAsInt() < 1 || replicas.getAsInt() > MAX_REPLICAS)) {
            throw new InvalidBytesException(replicas.getAsInt() + " replicas, must be 1 to " + MAX_REPLICAS);
        }
        if (blobSize < 0) {
            throw new InvalidBytesException("blob of " + blobSize + " bytes");
        }
    }
}
