
namespace MeetNet.Devices.Tests.Vectors;

/// <summary>Every vector of every device, through the device's own framer and codec. A new device adds files, not tests.</summary>
public sealed class VectorTests
{
    public static TheoryData<string> Ids() => Repository.ProfileIds();

    [Fact]
    public void Every_profile_has_vectors_and_the_other_way_round() =>
        Assert.Equal(Repository.Ids(Repository.Profiles), Repository.Ids(Repository.Vectors));

    [Fact]
    public void Every_driver_is_used_by_a_profile() =>
        Assert.Equal(
            DriverCatalog.All.Select(d => d.Name).Order(StringComparer.Ordinal),
            Repository.Ids(Repository.Profiles).Select(id => Repository.Profile(id).Driver).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Ids))]
    public void Has_a_good_frame_and_a_fault(string id)
    {
        var vectors = VectorFile.Read(id).Vectors;
        Assert.Contains(vectors, v => v.Status == DecodeStatus.Ok && v.Readings.Any(r => r.Status == ReadingStatus.Ok));
        Assert.Contains(vectors, v => v.Status != DecodeStatus.Ok || v.Faults.Count > 0 || v.Readings.Any(r => r.Status == ReadingStatus.DeviceFault));
        Assert.Equal(vectors.Count, vectors.Select(v => v.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Decodes_as_expected(string id)
    {
        var profile = Repository.Profile(id);
        var file = VectorFile.Read(id);
        VectorCheck.Run(profile, file);
    }
}
