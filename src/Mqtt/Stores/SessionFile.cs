using System.Buffers.Binary;
using System.Text;
using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Stores;

/// <summary>
/// The bytes of a session file: 8 bytes that name the format, then frames. A frame is the length of its record, the record's checksum, the checksum
/// of these two (4 bytes each, big-endian), and the record. The first record is the client identifier, the others are <see cref="SessionRecord"/>s.
/// </summary>
internal static class SessionFile
{
    private const int HeaderLength = 12;

    private static ReadOnlySpan<byte> Format => "MQTTSES1"u8;

    /// <summary>The beginning of a file.</summary>
    public static void Begin(PacketBuffer output, string clientId)
    {
        output.Bytes(Format);
        Frame(output, Encoding.UTF8.GetBytes(clientId));
    }

    /// <summary>One frame more.</summary>
    public static void Append(PacketBuffer output, MqttSessionChange change)
    {
        using var record = new PacketBuffer();
        SessionRecord.Write(record, change);
        Frame(output, record.Written.Span);
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="file">Its bytes.</param>
    /// <param name="clientId">Whose session it has to be.</param>
    /// <param name="state">What the records come to.</param>
    /// <param name="torn">
    /// Bytes at the end that are no whole frame, and behind which there is none: a write that was cut off. Nothing that was sent depends on them.
    /// </param>
    /// <param name="offset">Where it is wrong.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static string? Read(ReadOnlySpan<byte> file, string clientId, out StoredState state, out int torn, out int offset)
    {
        state = new StoredState();
        torn = 0;
        offset = 0;
        if (!file.StartsWith(Format))
        {
            return "is no session file";
        }

        offset = Format.Length;
        if (!TryCut(file[offset..], out var owner))
        {
            return "has no client identifier";
        }

        if (!owner.SequenceEqual(Encoding.UTF8.GetBytes(clientId)))
        {
            return $"belongs to the client identifier '{Encoding.UTF8.GetString(owner)}', not to '{clientId}'";
        }

        offset += HeaderLength + owner.Length;
        while (offset < file.Length)
        {
            if (!TryCut(file[offset..], out var record))
            {
                torn = file.Length - offset;
                return HoldsFrame(file[(offset + 1)..]) ? "is damaged: a record is wrong, and there are whole ones behind it" : null;
            }

            if (SessionRecord.Read(record) is not { } change)
            {
                return "holds a record of an unknown kind";
            }

            state.Apply(change);
            offset += HeaderLength + record.Length;
        }

        return null;
    }

    private static void Frame(PacketBuffer output, ReadOnlySpan<byte> record)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        BinaryPrimitives.WriteInt32BigEndian(header, record.Length);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], Crc32C.Compute(record));
        BinaryPrimitives.WriteUInt32BigEndian(header[8..], Crc32C.Compute(header[..8]));
        output.Bytes(header);
        output.Bytes(record);
    }

    private static bool TryCut(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> record)
    {
        record = default;
        if (bytes.Length < HeaderLength || BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]) != Crc32C.Compute(bytes[..8]))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        if (length < 0 || length > bytes.Length - HeaderLength)
        {
            return false;
        }

        record = bytes.Slice(HeaderLength, length);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) == Crc32C.Compute(record);
    }

    /// <summary>Whether a whole frame begins anywhere; eight zero bytes have a checksum other than zero, so zeros are none.</summary>
    private static bool HoldsFrame(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            if (TryCut(bytes[i..], out _))
            {
                return true;
            }
        }

        return false;
    }
}
