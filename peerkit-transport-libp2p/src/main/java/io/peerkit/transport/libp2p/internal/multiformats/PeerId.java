// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multiformats;

import io.peerkit.api.InvalidBytesException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Names a libp2p node: the multihash of its public key's protobuf.
 *
 * <p>Keys of up to 42 bytes stand in it as they are (multihash {@code identity}), longer ones as their SHA-256. The
 * text form is base58btc; CIDv1 in base32 is read too. Immutable.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md">libp2p peer ids</a>
 */
public final class PeerId {
    /** The longest public key protobuf in bytes that is not hashed. */
    public static final int MAX_INLINE_KEY_BYTES = 42;

    /** The longest multihash in bytes: two bytes of header and an inline key. */
    public static final int MAX_BYTES = 2 + MAX_INLINE_KEY_BYTES;

    /** The length of a raw Ed25519 public key in bytes. */
    public static final int ED25519_KEY_BYTES = 32;

    /** What precedes a raw Ed25519 public key in its protobuf: type 1, then 32 bytes of data. */
    private static final byte[] ED25519_PREFIX = {0x08, 0x01, 0x12, 0x20};

    private static final int IDENTITY = 0x00;
    private static final int SHA2_256 = 0x12;
    private static final int SHA2_256_BYTES = 32;
    private static final int CID_VERSION = 1;
    private static final int LIBP2P_KEY = 0x72;

    /** The longest text in characters: more than 44 bytes need in base58 (61) and as a CID in base32 (75). */
    private static final int MAX_CHARACTERS = 80;

    private final byte[] multihash;

    private PeerId(byte[] multihash) {
        this.multihash = multihash;
    }

    /**
     * Names the holder of an Ed25519 key.
     *
     * @param publicKey 32 bytes
     * @return its PeerId
     * @throws InvalidBytesException when there are not 32 of them
     */
    public static PeerId ofEd25519(byte[] publicKey) {
        if (publicKey.length != ED25519_KEY_BYTES) {
            throw new InvalidBytesException(
                    "Ed25519 public key of " + publicKey.length + " bytes, must be " + ED25519_KEY_BYTES);
        }
        byte[] protobuf = Arrays.copyOf(ED25519_PREFIX, ED25519_PREFIX.length + ED25519_KEY_BYTES);
        System.arraycopy(publicKey, 0, protobuf, ED25519_PREFIX.length, ED25519_KEY_BYTES);
        return ofPublicKey(protobuf);
    }

    /**
     * Names the holder of a key of any type. The key is not looked into.
     *
     * @param protobuf the public key's protobuf
     * @return its PeerId
     */
    public static PeerId ofPublicKey(byte[] protobuf) {
        if (protobuf.length <= MAX_INLINE_KEY_BYTES) {
            return new PeerId(multihash(IDENTITY, protobuf));
        }
        try {
            return new PeerId(
                    multihash(SHA2_256, MessageDigest.getInstance("SHA-256").digest(protobuf)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /**
     * Reads the multihash.
     *
     * @param multihash the bytes, copied
     * @return the PeerId
     * @throws InvalidBytesException when they are no identity multihash of 1 to 42 bytes and no SHA-256
     */
    public static PeerId fromBytes(byte[] multihash) {
        if (multihash.length > MAX_BYTES) {
            throw new InvalidBytesException("PeerId of " + multihash.length + " bytes, at most " + MAX_BYTES);
        }
        ByteBuffer in = ByteBuffer.wrap(multihash);
        long function = Varint.read(in);
        long length = Varint.read(in);
        if (length != in.remaining()) {
            throw new InvalidBytesException("PeerId states " + length + " bytes, " + in.remaining() + " follow");
        }
        boolean inline = function == IDENTITY && length > 0;
        if (!inline && !(function == SHA2_256 && length == SHA2_256_BYTES)) {
            throw new InvalidBytesException("PeerId of hash function " + function + " and " + length
                    + " bytes, must be an inline key or a SHA-256");
        }
        return new PeerId(multihash.clone());
    }

    /**
     * Reads the text form, base58btc ({@code 12D3KooW…}, {@code Qm…}) or CIDv1 in base32 ({@code bafz…}).
     *
     * @param text the text
     * @return the PeerId
     * @throws InvalidBytesException when it is neither
     */
    public static PeerId parse(String text) {
        if (text.isEmpty() || text.length() > MAX_CHARACTERS) {
            throw new InvalidBytesException(
                    "PeerId of " + text.length() + " characters, must have 1 to " + MAX_CHARACTERS);
        }
        // A base58 text starts with 1 (the zero byte of identity) or Qm (the header of SHA-256).
        if (text.startsWith("1") || text.startsWith("Qm")) {
            return fromBytes(Base58.decode(text));
        }
        ByteBuffer cid = ByteBuffer.wrap(Multibase.decode(text));
        long version = Varint.read(cid);
        if (version != CID_VERSION) {
            throw new InvalidBytesException("PeerId is a CID of version " + version + ", must be " + CID_VERSION);
        }
        long codec = Varint.read(cid);
        if (codec != LIBP2P_KEY) {
            throw new InvalidBytesException("PeerId is a CID of codec " + codec + ", must be libp2p-key " + LIBP2P_KEY);
        }
        byte[] multihash = new byte[cid.remaining()];
        cid.get(multihash);
        return fromBytes(multihash);
    }

    private static byte[] multihash(int function, byte[] digest) {
        byte[] bytes = new byte[2 + digest.length];
        bytes[0] = (byte) function;
        bytes[1] = (byte) digest.length;
        System.arraycopy(digest, 0, bytes, 2, digest.length);
        return bytes;
    }

    /**
     * The Ed25519 key that stands in this PeerId.
     *
     * @return its 32 bytes, or empty when the key is of another type or hashed
     */
    public Optional<byte[]> ed25519PublicKey() {
        int start = 2 + ED25519_PREFIX.length;
        boolean matches = multihash[0] == IDENTITY
                && multihash.length == start + ED25519_KEY_BYTES
                && Arrays.equals(multihash, 2, start, ED25519_PREFIX, 0, ED25519_PREFIX.length);
        return matches ? Optional.of(Arrays.copyOfRange(multihash, start, multihash.length)) : Optional.empty();
    }

    /**
     * The multihash.
     *
     * @return a copy
     */
    public byte[] toBytes() {
        return multihash.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PeerId that && Arrays.equals(multihash, that.multihash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(multihash);
    }

    /** The text form in base58btc. */
    @Override
    public String toString() {
        return Base58.encode(multihash);
    }
}
